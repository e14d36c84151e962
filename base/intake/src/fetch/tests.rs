use std::io::Write;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vocab::Time;

use super::*;

/// A server that gives each connection the next of `answers` and keeps what it was asked.
async fn server(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            let mut byte = [0u8];
            while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).await.unwrap() == 1 {
                head.push(byte[0]);
            }
            seen.lock().unwrap().push(String::from_utf8(head).unwrap());
            let _ = socket.write_all(&answer).await;
        }
    });
    (base, asked)
}

fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    answer.extend(body);
    answer
}

fn fetcher(private: bool) -> Fetcher {
    let terms = Terms {
        agent: "Causeway test (+mailto:test@example.org)".into(),
        requests_per_host_per_minute: 60_000,
        answer_limit_bytes: 10_000,
        allow_private_addresses: private,
    };
    Fetcher::new(terms, Clock::set_at(Time(0))).unwrap()
}

fn ask(url: String) -> Ask {
    Ask { url, without_tls: true, validators: Validators::default() }
}

#[tokio::test]
async fn it_says_who_it_is_and_asks_for_what_changed() {
    let (base, asked) = server(vec![
        ok("ETag: \"a\"\r\nLast-Modified: Tue, 24 Nov 2026 09:00:00 GMT\r\n", b"{}"),
        b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
    ])
    .await;
    let fetcher = fetcher(true);
    let Answer::Fresh { body, validators } = fetcher.fetch(&ask(format!("{base}/x?y=1"))).await.unwrap()
    else {
        panic!("not fresh")
    };
    assert_eq!(body, b"{}");
    let again = Ask { validators, ..ask(format!("{base}/x?y=1")) };
    assert_eq!(fetcher.fetch(&again).await.unwrap(), Answer::Unchanged);
    let asked = asked.lock().unwrap().iter().map(|a| a.to_ascii_lowercase()).collect::<Vec<_>>();
    assert!(asked[0].starts_with("get /x?y=1 http/1.1\r\n"), "{}", asked[0]);
    assert!(asked[0].contains("user-agent: causeway test (+mailto:test@example.org)"));
    assert!(!asked[0].contains("if-none-match"));
    assert!(asked[1].contains("if-none-match: \"a\""));
    assert!(asked[1].contains("if-modified-since: tue, 24 nov 2026 09:00:00 gmt"));
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_stay_outside_walls() {
    let to = |location: &str| format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n").into_bytes();
    let (base, asked) = server(vec![to("/b"), to("c"), to("/d"), ok("", b"there")]).await;
    assert!(matches!(fetcher(true).fetch(&ask(format!("{base}/f/a"))).await, Ok(Answer::Fresh { .. })));
    assert!(asked.lock().unwrap()[2].starts_with("GET /c "));
    let (base, _) = server((0..5).map(|_| to("/x")).collect()).await;
    assert!(matches!(fetcher(true).fetch(&ask(base)).await, Err(FetchError::Redirects)));
    let (base, _) = server(vec![to("ftp://example.org/")]).await;
    assert!(matches!(fetcher(true).fetch(&ask(base)).await, Err(FetchError::Address(..))));
}

#[tokio::test]
async fn private_addresses_and_plain_http_are_refused() {
    for url in
        ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://169.254.169.254/latest"]
    {
        let error = fetcher(false).fetch(&ask(url.into())).await.unwrap_err();
        assert!(matches!(error, FetchError::Private(..)), "{url}: {error}");
    }
    for url in
        ["http://example.org/", "file:///etc/hosts", "https://a:b@example.org/", "https:///x", "nonsense", ""]
    {
        let error = fetcher(false).fetch(&Ask { without_tls: false, ..ask(url.into()) }).await.unwrap_err();
        assert!(matches!(error, FetchError::Address(..)), "{url}: {error}");
    }
}

#[tokio::test]
async fn what_the_server_sends_is_bounded() {
    let zeros = vec![0u8; 100_000];
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&zeros).unwrap();
    let bomb = encoder.finish().unwrap();
    let (base, _) = server(vec![
        ok("", &zeros),
        ok("Content-Encoding: gzip\r\n", &bomb),
        ok("Content-Encoding: br\r\n", b"x"),
        ok("Content-Encoding: gzip\r\n", &bomb[..20]),
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort".to_vec(),
        b"not http at all\r\n\r\n".to_vec(),
    ])
    .await;
    let fetcher = fetcher(true);
    assert!(matches!(fetcher.fetch(&ask(base.clone())).await, Err(FetchError::TooLong(10_000))));
    assert!(matches!(fetcher.fetch(&ask(base.clone())).await, Err(FetchError::TooLong(10_000))));
    assert!(matches!(fetcher.fetch(&ask(base.clone())).await, Err(FetchError::Packed(_))));
    for _ in 0..3 {
        assert!(matches!(fetcher.fetch(&ask(base.clone())).await, Err(FetchError::Exchange(..))));
    }
}

#[tokio::test]
async fn a_failing_server_is_quoted_and_obeyed() {
    let (base, _) = server(vec![
        b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\nContent-Length: 4\r\n\r\nbusy".to_vec(),
    ])
    .await;
    match fetcher(true).fetch(&ask(base)).await {
        Err(FetchError::Status { status, stay_away, body }) => {
            assert_eq!((status, stay_away, body.as_slice()), (503, Some(120_000_000), b"busy".as_slice()));
        }
        other => panic!("{other:?}"),
    }
}
