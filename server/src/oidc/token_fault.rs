//! What can be wrong with a token. Each check has its own variant, so that tests can ask for it.

/// Why a token was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not three parts of base64url with JSON inside.
    #[error("it is not a signed token")]
    Malformed,
    /// A header that asks for what is not understood here (`crit`, a foreign `typ`).
    #[error("its header asks for something unknown")]
    Header,
    /// Signed with something outside the allow-list, `none` and every HMAC included.
    #[error("its signature algorithm is not allowed")]
    Algorithm,
    /// No key of the provider verifies it.
    #[error("no key of the provider verifies it")]
    Signature,
    /// Another issuer.
    #[error("it is another issuer's")]
    Issuer,
    /// For another client, or for others too.
    #[error("it is not for this client alone")]
    Audience,
    /// Authorised for another client.
    #[error("its azp names another client")]
    AuthorizedParty,
    /// Not the flow's nonce.
    #[error("its nonce is not this sign-in's")]
    Nonce,
    /// Past its end.
    #[error("it has expired")]
    Expired,
    /// Issued in the future or long ago.
    #[error("it was not issued just now")]
    IssuedAt,
    /// Without a subject, or with an unreasonable one.
    #[error("its subject is missing or too long")]
    Subject,
    /// The moment of authentication is missing though asked for, or in the future.
    #[error("its auth_time is missing or lies in the future")]
    AuthTime,
    /// The groups are neither a text nor a list of texts.
    #[error("its groups are neither a text nor a list of texts")]
    Groups,
    /// Not a logout token: `events`, `jti`, or both of `sid` and `sub` are missing, or there is a nonce.
    #[error("it is not a logout token")]
    NotLogout,
}
