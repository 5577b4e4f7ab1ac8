//! Saying what an access was.

use leptos::prelude::*;

use crate::api::forms::ReviewForm;
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// Records a review.
#[server(prefix = "/api", endpoint = "record_review", output = Wire)]
pub async fn record_review(
    /// The form.
    form: ReviewForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    use crate::api::server::{identify, settle, settle_button};
    let Ok(request) = form.request.parse() else {
        return settle_button("/".into(), Err(ApiError::Malformed)).await;
    };
    let page = crate::pages::request::show::address(request);
    let back = format!("{page}/review");
    let outcome = async {
        let (portal, viewer) = identify()?;
        let verdict = form.parse()?;
        portal
            .review(&viewer, request, verdict, Some(&form.findings), &form.note)
            .await?;
        Ok(Next(page))
    }
    .await;
    settle(Form::Review(request), &form, back, outcome).await
}
