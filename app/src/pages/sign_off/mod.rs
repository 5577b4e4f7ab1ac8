//! Signing off, inside a request's page.

pub mod give;
