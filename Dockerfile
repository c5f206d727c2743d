# The image of the service: a static program and the certificate authorities. It has no shell. The classic builder and
# BuildKit both support every instruction here.
#
# scripts/build-image (`make image`) builds it. If Docker cannot pull the Rust image, the script compiles the program on
# the host and uses the last stage of this file only.

ARG RUST_IMAGE=rust:1.95-bookworm

FROM ${RUST_IMAGE} AS build
WORKDIR /source
COPY . .
# The program is linked statically, because the last stage has no C library. `--target` keeps the flags away from build
# scripts and procedural macros, which cannot be static.
RUN target=$(rustc -vV | sed -n 's/^host: //p') \
    && RUSTFLAGS='-C target-feature=+crt-static' \
        cargo build --locked --release --target "$target" --bin customers \
    && mkdir -p /image/keys \
    && cp "target/$target/release/customers" /image/customers \
    && cp /etc/ssl/certs/ca-certificates.crt /image/ca-certificates.crt

FROM scratch
COPY --from=build /image/customers /customers
# For databases with a certificate of a public authority.
COPY --from=build /image/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# For the file with the master key. A volume mounted here belongs to the program's user.
COPY --from=build --chown=65532:65532 /image/keys /keys
# The program's default, the loopback address, cannot be reached from outside the container.
ENV CUSTOMERS_LISTEN=0.0.0.0:8080
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=5s --timeout=4s --start-period=45s --retries=3 CMD ["/customers", "healthcheck"]
ENTRYPOINT ["/customers"]
