//! A socket whose reads and writes update the phase of its connection.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::{heads::HeadScanner, slot::Slot};

/// Buffer size for bytes that are read and discarded.
const DISCARD_BUFFER: usize = 4096;

/// A socket that notifies its slot when request bytes arrive and when a response was written.
pub(super) struct Stream {
    tcp: TcpStream,
    slot: Arc<Slot>,
    heads: HeadScanner,
    shut: bool,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, slot: Arc<Slot>) -> Self {
        Self {
            tcp,
            slot,
            heads: HeadScanner::default(),
            shut: false,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.tcp).poll_read(cx, buf))?;
        let stream = self.get_mut();
        let read = &buf.filled()[before..];
        if !read.is_empty() {
            if let Some(head) = stream.heads.scan(read) {
                stream.slot.head_is_ambiguous(head);
            }
            stream.slot.bytes_arrived();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.tcp).poll_flush(cx))?;
        self.slot.flushed();
        Poll::Ready(Ok(()))
    }

    /// Shuts down the write side, then reads until the client closes. Closing a socket with unread bytes resets the
    /// connection, and the reset can overtake the response.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(cx))?;
            self.shut = true;
            self.slot.write_side_shut_down();
        }
        loop {
            let mut scratch = [0; DISCARD_BUFFER];
            let mut buf = ReadBuf::new(&mut scratch);
            let ended = ready!(Pin::new(&mut self.tcp).poll_read(cx, &mut buf)).is_err()
                || buf.filled().is_empty();
            if ended {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
