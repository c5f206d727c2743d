# The image of the service: one static program, the certificate authorities, and nothing else. There
# is no shell in it. Instructions are those that every builder knows.
#
# scripts/build-image (`make image`) builds it, and where the Rust image cannot be had, it puts a
# program that was built on the host into the last stage of this file.

ARG RUST_IMAGE=rust:1.95-bookworm

FROM ${RUST_IMAGE} AS build
WORKDIR /source
COPY . .
# Static, so that it runs without a C library around it. With `--target` the flags do not reach build
# scripts and macros, which could not be loaded if they were static.
RUN target=$(rustc -vV | sed -n 's/^host: //p') \
    && RUSTFLAGS='-C target-feature=+crt-static' \
        cargo build --locked --release --target "$target" --bin customers \
    && mkdir /image \
    && cp "target/$target/release/customers" /image/customers \
    && cp /etc/ssl/certs/ca-certificates.crt /image/ca-certificates.crt

FROM scratch
COPY --from=build /image/customers /customers
# For a database whose certificate is checked against the public authorities.
COPY --from=build /image/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# Loopback, the program's own default, would be the container's.
ENV CUSTOMERS_LISTEN=0.0.0.0:8080
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=5s --timeout=4s --start-period=45s --retries=3 CMD ["/customers", "healthcheck"]
ENTRYPOINT ["/customers"]
