use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::error::RequestError;

/// Maximum size of a token file, in bytes.
const MAX_SIZE: u64 = 16 * 1024;

/// Source of the token that authenticates requests to the vault.
#[derive(Debug, Clone)]
pub enum Token {
    /// The token itself.
    Value(SecretString),
    /// A file with the token. It is read for each request, so that another program can renew the token.
    File(PathBuf),
}

impl Token {
    /// Returns the present token as a header.
    pub(crate) fn header(&self) -> Result<HeaderValue, RequestError> {
        let token = match self {
            Self::Value(token) => Zeroizing::new(token.expose_secret().to_owned()),
            Self::File(path) => {
                let mut text = Zeroizing::new(String::new());
                let read =
                    File::open(path).and_then(|file| file.take(MAX_SIZE).read_to_string(&mut text));
                read.map_err(RequestError::NoToken)?;
                text
            }
        };
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(RequestError::MalformedToken);
        }
        let mut header = HeaderValue::from_str(token).map_err(|_| RequestError::MalformedToken)?;
        header.set_sensitive(true);
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(token: &Token) -> Option<String> {
        let header = token.header().ok()?;
        assert!(header.is_sensitive());
        header.to_str().ok().map(str::to_owned)
    }

    #[test]
    fn a_token_file_is_read_anew_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let token = Token::File(path.clone());
        assert!(matches!(token.header(), Err(RequestError::NoToken(_))));
        for text in ["s.first\n", "s.second"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(header(&token).as_deref(), Some(text.trim()));
        }
    }

    #[test]
    fn an_empty_or_invisible_token_is_refused() {
        for bad in ["", " \n", "two words", "s.\u{e9}"] {
            let token = Token::Value(bad.to_owned().into());
            let refused = token.header();
            assert!(
                matches!(refused, Err(RequestError::MalformedToken)),
                "{bad}"
            );
        }
    }
}
