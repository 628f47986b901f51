//! The client's side of RFC 6455 framing.
//!
//! Written here, and not left to a library, for what libraries end the connection over: a message over the
//! limit is read to its end without being held, and one that is no UTF-8 is handed on as such.

use tokio::io::{AsyncRead, AsyncReadExt};

const BUFFER: usize = 64 << 10;

/// RFC 6455 §5.5: control frames have at most so many bytes.
const CONTROL_BYTES: u64 = 125;

/// A message of the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Not checked to be UTF-8.
    Text(Vec<u8>),
    Binary(Vec<u8>),
    /// A text or binary message over the limit, by its length.
    Oversize(u64),
    Ping(Vec<u8>),
    Pong,
    Close {
        code: Option<u16>,
        reason: String,
    },
}

/// Why the connection cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("the connection ended")]
    Ended,
    #[error("the connection broke: {0}")]
    Broken(std::io::Error),
    #[error("the hub breaks the WebSocket protocol: {0}")]
    Protocol(&'static str),
}

/// Reads messages. [`MessageReader::next`] may be dropped and called again; nothing is lost.
pub(super) struct MessageReader<R> {
    io: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    limit: usize,
    frame: Option<FrameState>,
    message: Option<Assembly>,
    control: Vec<u8>,
}

/// The frame at hand.
struct FrameState {
    opcode: u8,
    last: bool,
    remaining: u64,
}

/// The text or binary message at hand.
struct Assembly {
    text: bool,
    data: Vec<u8>,
    /// Its length so far, held or not.
    bytes: u64,
}

impl<R: AsyncRead + Unpin> MessageReader<R> {
    pub(super) fn new(io: R, limit: usize) -> MessageReader<R> {
        MessageReader {
            io,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: 0,
            end: 0,
            limit,
            frame: None,
            message: None,
            control: Vec::new(),
        }
    }

    /// The next message that is read already.
    ///
    /// # Errors
    /// The server broke the protocol.
    pub(super) fn buffered(&mut self) -> Result<Option<Message>, WireError> {
        loop {
            if self.frame.is_none() && !self.header()? {
                return Ok(None);
            }
            if let Some(message) = self.payload() {
                return Ok(Some(message));
            }
            if self.frame.is_some() {
                return Ok(None);
            }
        }
    }

    /// Reads more bytes.
    ///
    /// # Errors
    /// The connection ended or broke.
    pub(super) async fn fill(&mut self) -> Result<(), WireError> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        match self.io.read(&mut self.buffer[self.end..]).await {
            Ok(0) => Err(WireError::Ended),
            Ok(read) => {
                self.end += read;
                Ok(())
            }
            Err(error) => Err(WireError::Broken(error)),
        }
    }

    /// Reads a frame's header (§5.2); false where it is not whole yet.
    fn header(&mut self) -> Result<bool, WireError> {
        let bytes = &self.buffer[self.start..self.end];
        let &[first, second, ref rest @ ..] = bytes else { return Ok(false) };
        let (length, size) = match (second & 0x7f, rest) {
            (126, &[a, b, ..]) => (u64::from(u16::from_be_bytes([a, b])), 4),
            (127, &[a, b, c, d, e, f, g, h, ..]) => (u64::from_be_bytes([a, b, c, d, e, f, g, h]), 10),
            (126 | 127, _) => return Ok(false),
            (length, _) => (u64::from(length), 2),
        };
        let opcode = first & 0x0f;
        let last = first & 0x80 != 0;
        if first & 0x70 != 0 {
            return Err(WireError::Protocol("a reserved bit is set"));
        }
        if second & 0x80 != 0 {
            return Err(WireError::Protocol("a frame of the server is masked"));
        }
        if length > i64::MAX as u64 {
            return Err(WireError::Protocol("a frame's length has its highest bit set"));
        }
        match (opcode, &self.message) {
            (0, None) => return Err(WireError::Protocol("a continuation continues nothing")),
            (1 | 2, Some(_)) => return Err(WireError::Protocol("a message begins within another")),
            (1 | 2, None) => self.message = Some(Assembly { text: opcode == 1, data: Vec::new(), bytes: 0 }),
            (0, Some(_)) => {}
            (8..=10, _) if length > CONTROL_BYTES || !last => {
                return Err(WireError::Protocol("a control frame is too long or in parts"));
            }
            (8..=10, _) => self.control.clear(),
            _ => return Err(WireError::Protocol("a frame of an unknown kind")),
        }
        self.start += size;
        self.frame = Some(FrameState { opcode, last, remaining: length });
        Ok(true)
    }

    /// Takes what is there of the frame's payload; the message, where it ends one.
    fn payload(&mut self) -> Option<Message> {
        let frame = self.frame.as_mut()?;
        let there = (self.end - self.start).min(usize::try_from(frame.remaining).unwrap_or(usize::MAX));
        let part = &self.buffer[self.start..self.start + there];
        self.start += there;
        frame.remaining -= there as u64;
        if frame.opcode >= 8 {
            self.control.extend_from_slice(part);
        } else if let Some(message) = &mut self.message {
            message.bytes = message.bytes.saturating_add(there as u64);
            if message.bytes.saturating_add(frame.remaining) > self.limit as u64 {
                message.data = Vec::new();
            } else {
                message.data.extend_from_slice(part);
            }
        }
        if frame.remaining > 0 {
            return None;
        }
        let FrameState { opcode, last, .. } = self.frame.take()?;
        match opcode {
            8 => Some(close(&self.control)),
            9 => Some(Message::Ping(std::mem::take(&mut self.control))),
            10 => Some(Message::Pong),
            _ if !last => None,
            _ => self.message.take().map(|message| message.end(self.limit)),
        }
    }
}

impl Assembly {
    fn end(self, limit: usize) -> Message {
        if self.bytes > limit as u64 {
            Message::Oversize(self.bytes)
        } else if self.text {
            Message::Text(self.data)
        } else {
            Message::Binary(self.data)
        }
    }
}

fn close(payload: &[u8]) -> Message {
    match payload {
        [a, b, reason @ ..] => Message::Close {
            code: Some(u16::from_be_bytes([*a, *b])),
            reason: String::from_utf8_lossy(reason).into_owned(),
        },
        _ => Message::Close { code: None, reason: String::new() },
    }
}

/// What a client sends.
pub(super) enum Outgoing<'a> {
    Text(&'a str),
    Ping,
    Pong(&'a [u8]),
    Close,
}

/// One frame, masked as §5.3 asks. The mask keeps a caller from writing chosen bytes past a careless proxy; all
/// that is sent here is our own, so a quick generator is enough.
pub(super) fn encode(outgoing: &Outgoing<'_>) -> Vec<u8> {
    let (opcode, payload): (u8, &[u8]) = match outgoing {
        Outgoing::Text(text) => (1, text.as_bytes()),
        Outgoing::Close => (8, &[0x03, 0xe8]),
        Outgoing::Ping => (9, b""),
        Outgoing::Pong(payload) => (10, payload),
    };
    let mut frame = Vec::with_capacity(payload.len() + 14);
    frame.push(0x80 | opcode);
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let mask = fastrand::u32(..).to_be_bytes();
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            length @ 0..=125 => bytes.push(length as u8),
            length @ 126..=0xffff => {
                bytes.push(126);
                bytes.extend_from_slice(&(length as u16).to_be_bytes());
            }
            length => {
                bytes.push(127);
                bytes.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(payload);
        bytes
    }

    /// Reads a stream that comes in pieces of `piece` bytes.
    async fn read(bytes: &[u8], piece: usize, limit: usize) -> (Vec<Message>, WireError) {
        let (mut ours, theirs) = tokio::io::duplex(piece);
        let bytes = bytes.to_vec();
        let writer = tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            // a reader that gave up is what some of the tests are about
            let _ = ours.write_all(&bytes).await;
        });
        let mut reader = MessageReader::new(theirs, limit);
        let mut messages = Vec::new();
        let error = loop {
            match reader.buffered() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => match reader.fill().await {
                    Ok(()) => {}
                    Err(error) => break error,
                },
                Err(error) => break error,
            }
        };
        drop(reader);
        writer.await.expect("the writer ends");
        (messages, error)
    }

    #[tokio::test]
    async fn messages_come_whole_however_the_stream_is_cut() {
        let long = vec![b'y'; 300];
        let longest = vec![b'z'; 70_000];
        let stream = [
            frame(0x81, b"{}"),
            frame(0x01, b"one "),
            frame(0x89, b"ping"),
            frame(0x00, b"two "),
            frame(0x80, b"three"),
            frame(0x82, &long),
            frame(0x8a, b""),
            frame(0x81, &longest),
            frame(0x81, b"\xff"),
            frame(0x88, b"\x03\xe8bye"),
        ]
        .concat();
        for piece in [1, 2, 3, 7, 64, 1 << 20] {
            let (messages, error) = read(&stream, piece, 1 << 20).await;
            assert_eq!(
                messages,
                [
                    Message::Text(b"{}".to_vec()),
                    Message::Ping(b"ping".to_vec()),
                    Message::Text(b"one two three".to_vec()),
                    Message::Binary(long.clone()),
                    Message::Pong,
                    Message::Text(longest.clone()),
                    Message::Text(vec![0xff]),
                    Message::Close { code: Some(1000), reason: "bye".to_owned() },
                ]
            );
            assert!(matches!(error, WireError::Ended), "{error}");
        }
    }

    #[tokio::test]
    async fn what_is_over_the_limit_is_counted_to_its_end_in_one_frame_or_in_many() {
        let stream = [
            frame(0x81, &vec![b'a'; 200_000]),
            frame(0x81, b"0123456789"),
            frame(0x01, b"01234"),
            frame(0x00, b"56789"),
            frame(0x80, b"x"),
            frame(0x81, b"after"),
        ]
        .concat();
        let (messages, _) = read(&stream, 4096, 10).await;
        assert_eq!(
            messages,
            [
                Message::Oversize(200_000),
                Message::Text(b"0123456789".to_vec()),
                Message::Oversize(11),
                Message::Text(b"after".to_vec()),
            ]
        );
    }

    #[tokio::test]
    async fn what_breaks_the_protocol_ends_the_connection() {
        for stream in [
            frame(0xc1, b"reserved"),
            frame(0x80, b"continues nothing"),
            [frame(0x01, b"a"), frame(0x81, b"b")].concat(),
            frame(0x83, b"unknown"),
            frame(0x09, b"a ping in parts"),
            frame(0x89, &[0; 126]),
            vec![0x81, 0x85, 1, 2, 3, 4, 0, 0, 0, 0, 0],
            vec![0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0],
        ] {
            let (messages, error) = read(&stream, 1 << 20, 1 << 20).await;
            assert_eq!(messages, []);
            assert!(matches!(error, WireError::Protocol(_)), "{error}: {stream:?}");
        }
    }

    #[tokio::test]
    async fn any_bytes_give_messages_or_an_error() {
        let seed = fastrand::u64(..);
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..200 {
            let bytes: Vec<u8> = (0..random.usize(0..400)).map(|_| random.u8(..)).collect();
            let (messages, _) = read(&bytes, 32, 50).await;
            let held: usize = messages
                .iter()
                .map(|message| match message {
                    Message::Text(data) | Message::Binary(data) => data.len(),
                    _ => 0,
                })
                .max()
                .unwrap_or(0);
            assert!(held <= 50, "seed {seed}");
        }
    }

    #[test]
    fn what_is_sent_is_masked_and_carries_its_length() {
        for length in [0, 5, 125, 126, 300, 0xffff, 0x1_0000] {
            let text = "x".repeat(length);
            let bytes = encode(&Outgoing::Text(&text));
            let (size, at) = match bytes[1] & 0x7f {
                126 => (usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), 4),
                127 => (u64::from_be_bytes(bytes[2..10].try_into().expect("eight bytes")) as usize, 10),
                short => (usize::from(short), 2),
            };
            assert_eq!((bytes[0], bytes[1] & 0x80, size), (0x81, 0x80, length));
            let mask = &bytes[at..at + 4];
            let payload: Vec<u8> = bytes[at + 4..].iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m).collect();
            assert_eq!(payload, text.as_bytes());
        }
    }
}
