//! Sealed texts of a request, for those who see them case by case and those who have them erased.

pub mod ask;
pub mod show;
