//! The provider must not be reachable from anywhere else.

use demo_idp::Config;

use crate::relying_party::config;

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    for listen in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:8081",
        "[2001:db8::1]:8081",
    ] {
        let config = Config {
            listen: listen.parse().unwrap(),
            ..config("http://localhost:8080")
        };
        let refused = demo_idp::serve(config.clone(), std::future::pending())
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("loopback"),
            "{listen}: {refused}"
        );
        assert!(demo_idp::router(config).is_err(), "{listen}");
    }
}

#[tokio::test]
async fn it_serves_on_loopback_until_told_to_stop() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let config = Config {
        listen: free,
        ..config("http://localhost:8080")
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(demo_idp::serve(config, async { drop(stopped.await) }));
    let address = format!("http://{free}/.well-known/openid-configuration");
    let said: String = loop {
        match reqwest::get(&address).await {
            Ok(answer) => break answer.text().await.unwrap(),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
        assert!(!server.is_finished(), "the server ended early");
    };
    assert!(
        said.contains(&format!("\"issuer\":\"http://{free}\"")),
        "{said}"
    );
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
