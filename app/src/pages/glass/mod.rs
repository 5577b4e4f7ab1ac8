//! Breaking the glass.

pub mod new;
