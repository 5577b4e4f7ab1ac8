//! A client that sends what it likes.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::stage::ONE_TIME;

/// Its connection.
pub struct Raw {
    stream: tokio::net::TcpStream,
}

impl Raw {
    pub async fn sign_in(gateway: SocketAddr) -> Self {
        use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

        let mut stream = tokio::net::TcpStream::connect(gateway).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
            .write_all(b"\0\0\0\x13\0\x03\0\0user\0dana\0\0")
            .await
            .unwrap();
        let mut raw = Self { stream };
        assert_eq!(raw.one().await[0], b'R');
        let mut scram = ScramSha256::new(ONE_TIME.as_bytes(), ChannelBinding::unsupported());
        let first = scram.message().to_vec();
        let mut initial = b"SCRAM-SHA-256\0".to_vec();
        initial.extend_from_slice(&(first.len() as u32).to_be_bytes());
        initial.extend_from_slice(&first);
        raw.send(&[message(b'p', &initial)]).await;
        let answer = raw.one().await;
        scram.update(&answer[9..]).unwrap();
        let last = scram.message().to_vec();
        raw.send(&[message(b'p', &last)]).await;
        raw.until_ready().await;
        raw
    }

    pub async fn send(&mut self, messages: &[Vec<u8>]) {
        self.stream.write_all(&messages.concat()).await.unwrap();
    }

    pub async fn query(&mut self, text: &str) -> Vec<u8> {
        self.send(&[message(b'Q', &[text.as_bytes(), b"\0"].concat())])
            .await;
        self.until_ready().await
    }

    pub async fn query_to_end(&mut self, text: &str) -> Vec<u8> {
        self.send(&[message(b'Q', &[text.as_bytes(), b"\0"].concat())])
            .await;
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.unwrap();
        rest
    }

    pub async fn one(&mut self) -> Vec<u8> {
        let mut message = vec![0; 5];
        self.stream.read_exact(&mut message).await.unwrap();
        let length = u32::from_be_bytes(message[1..].try_into().unwrap()) as usize;
        message.resize(length + 1, 0);
        self.stream.read_exact(&mut message[5..]).await.unwrap();
        message
    }

    /// Everything up to where the server waits.
    pub async fn until_ready(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let message = self.one().await;
            let last = message[0] == b'Z';
            all.extend(message);
            if last {
                return all;
            }
        }
    }
}

/// The kinds of some messages, without what may come at any time.
pub fn tags(mut bytes: &[u8]) -> String {
    let mut tags = String::new();
    while let Some(header) = bytes.get(..5) {
        let length = u32::from_be_bytes(header[1..].try_into().unwrap()) as usize;
        if !matches!(header[0], b'S' | b'N' | b'A') {
            tags.push(header[0].into());
        }
        bytes = &bytes[length + 1..];
    }
    tags
}

pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![tag];
    message.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    message.extend_from_slice(body);
    message
}

pub fn parse(name: &str, text: &str) -> Vec<u8> {
    message(b'P', format!("{name}\0{text}\0\0\0").as_bytes())
}

pub fn bind(portal: &str, statement: &str) -> Vec<u8> {
    message(
        b'B',
        format!("{portal}\0{statement}\0\0\0\0\0\0\0").as_bytes(),
    )
}

pub fn execute(portal: &str) -> Vec<u8> {
    message(b'E', format!("{portal}\0\0\0\0\0").as_bytes())
}

pub fn sync() -> Vec<u8> {
    message(b'S', b"")
}
