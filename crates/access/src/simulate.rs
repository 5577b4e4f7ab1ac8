//! What would have been.
