//! The provider's key and the tokens signed with it (RS256, RFC 7515 compact form).

use base64ct::{Base64UrlUnpadded, Encoding};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::signature::{Keypair, SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// 2,048 bits: the least that RFC 7518 allows, and the fastest to make at each start.
const KEY_BITS: usize = 2048;

/// What kind of token it is: the header's `typ`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TokenType {
    /// An ID token.
    Id,
    /// A logout token; the explicit type keeps it from passing for an ID token
    /// (Back-Channel Logout §2.4).
    Logout,
}

impl TokenType {
    const fn name(self) -> &'static str {
        match self {
            Self::Id => "JWT",
            Self::Logout => "logout+jwt",
        }
    }
}

/// The provider's signing key. It lives in memory only: a restart is a new provider.
pub(crate) struct IssuerKey {
    signer: SigningKey<rsa::sha2::Sha256>,
    public: RsaPublicKey,
    kid: String,
}

impl IssuerKey {
    pub(crate) fn generate() -> Result<Self, rsa::Error> {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS)?;
        let public = private.to_public_key();
        let kid = thumbprint(&public);
        Ok(Self {
            signer: SigningKey::new(private),
            public,
            kid,
        })
    }

    /// The public half as a JWK set (RFC 7517).
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": base64(&self.public.n().to_bytes_be()),
            "e": base64(&self.public.e().to_bytes_be()),
        }] })
    }

    pub(crate) fn sign(&self, token: TokenType, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "typ": token.name(), "kid": self.kid });
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.signer.sign(signed.as_bytes());
        format!("{signed}.{}", base64(&signature.to_bytes()))
    }

    /// The claims of a token that this key signed; `None` for anything else.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (_, claims) = signed.split_once('.')?;
        let signature = Base64UrlUnpadded::decode_vec(signature).ok()?;
        let signature = Signature::try_from(signature.as_slice()).ok()?;
        let key: VerifyingKey<rsa::sha2::Sha256> = self.signer.verifying_key();
        key.verify(signed.as_bytes(), &signature).ok()?;
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(claims).ok()?).ok()
    }
}

/// The key's name: its JWK thumbprint (RFC 7638 §3), so that a new key never has an old name.
fn thumbprint(key: &RsaPublicKey) -> String {
    let (e, n) = (
        base64(&key.e().to_bytes_be()),
        base64(&key.n().to_bytes_be()),
    );
    base64(&Sha256::digest(format!(
        r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#
    )))
}

fn part(value: &Value) -> String {
    base64(value.to_string().as_bytes())
}

fn base64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
