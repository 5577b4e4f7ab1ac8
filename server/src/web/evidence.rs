//! `GET /requests/{id}/evidence`: one request as one file that verifies without this portal.

use access::ids::RequestId;
use access::view::Viewer;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use service::Portal;

use super::Problem;

/// Writes the file and hands it over. Texts are in it that this person is shown: no copy is kept on the way.
pub(super) async fn download(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(request): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = viewer.ok_or_else(Problem::sign_in)?;
    let request: RequestId = request.parse().map_err(|_| Problem::not_found())?;
    let file = portal.export_evidence(&viewer, request).await?;
    let name = format!("attachment; filename=\"breakglass-evidence-{request}.json\"");
    let name = HeaderValue::from_str(&name).map_err(|fault| Problem::internal(&fault))?;
    let headers: [(HeaderName, HeaderValue); 3] = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, file))
}
