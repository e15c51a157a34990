use std::error::Error;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use sqlx::SqlitePool;
use tower_webhook::replay::{Claimed, Replay};
use tower_webhook::{Verifier, WebhookLayer};
use tower_webhook_sqlx::ClaimedExt as _;

#[derive(Deserialize)]
struct Payment {
    cents: i64,
}

/// The route. The claims of `replay` are in the database of `pool`.
pub(crate) fn app(verifier: Verifier, replay: Replay, pool: SqlitePool) -> Router {
    let layer = WebhookLayer::new(verifier).replay(replay);
    Router::new().route("/payments", post(receive)).route_layer(layer).with_state(pool)
}

async fn receive(
    State(pool): State<SqlitePool>,
    claimed: Claimed,
    Json(payment): Json<Payment>,
) -> StatusCode {
    match pay(&pool, &claimed, &payment).await {
        Ok(()) => StatusCode::NO_CONTENT,
        // It was rolled back, so nothing has happened, and the sender comes again.
        Err(error) => {
            eprintln!("{error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

async fn pay(
    pool: &SqlitePool,
    claimed: &Claimed,
    payment: &Payment,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Not `begin`: see `SqliteReplayGuard`.
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE balance SET cents = cents + ?1")
        .bind(payment.cents)
        .execute(&mut *transaction)
        .await?;
    // The payment and the claim: both, or neither.
    claimed.commit_in(&mut transaction).await?;
    transaction.commit().await?;
    claimed.committed_by_handler();
    Ok(())
}
