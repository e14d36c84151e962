use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use host::http::{Keys, Shell, wrap};
use host::telemetry::Metrics;
use host::{Clock, Pack};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;
use vocab::{Caller, Label, Mode};

use crate::Layers;
use crate::feeds::tests::{NOW, accept, batch, bay, database, open};
use crate::layer::tests::{pack, town};

/// A server over the town with some bays, one of which is internal.
struct Server {
    router: Router,
    _folder: tempfile::TempDir,
}

async fn serve(pack: &Pack) -> Server {
    let (_folder, db) = database();
    let spatial = open(&db, Mode::Live, Layers::of(pack).unwrap());
    let hidden = intake::draft::DraftFeature { label: Label::Internal, ..bay("c", -9.46) };
    accept(&spatial, batch(vec![bay("a", -9.5), bay("b", -9.48), hidden, bay("p/4", -9.44)], NOW)).await;
    let keys = Keys::default();
    keys.add("operator", Caller::Operator);
    let shell = Shell {
        clock: Clock::set_at(NOW),
        keys,
        metrics: Metrics::default(),
        body_limit_bytes: 1000,
        timeout_seconds: 5,
        problem_page: None,
        content_security_policy: None,
        ended: tokio::sync::watch::channel(false).1,
    };
    Server { router: wrap(spatial.routes().into_parts().0, shell), _folder }
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl Server {
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Json {
        let answer = self.ask(path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }
}

const OPERATOR: (&str, &str) = ("authorization", "Bearer operator");

fn ids(collection: &Json) -> Vec<&str> {
    collection["features"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_cannot_be_answered_says_so() {
    let server = serve(&town()).await;
    let cases = [
        ("/features/nothing", 404, "spatial-no-such-collection"),
        ("/features/bays/zzz", 404, "spatial-no-such-feature"),
        ("/features/bays/c", 404, "spatial-no-such-feature"),
        ("/features/boundaries/zzz", 404, "spatial-no-such-feature"),
        ("/features/bays?bbox=1,2,3", 400, "spatial-bad-box"),
        ("/features/land?bbox=9,2,3,4", 400, "spatial-bad-box"),
        ("/features/bays?limit=0", 400, "spatial-bad-query"),
        ("/features/bays?limit=many", 400, "spatial-bad-query"),
        ("/features/bays?after=-1", 400, "spatial-bad-query"),
        ("/features/bays?box=1,2,3,4", 400, "spatial-bad-query"),
        ("/tiles/base/13/0/0", 404, "spatial-no-such-tile"),
        ("/tiles/base/3/8/0", 404, "spatial-no-such-tile"),
        ("/tiles/base/3/-1/0", 404, "spatial-no-such-tile"),
        ("/tiles/base/a/b/c", 404, "spatial-no-such-tile"),
        ("/tiles/base/256/0/0", 404, "spatial-no-such-tile"),
    ];
    for (path, status, code) in cases {
        let answer = server.ask(path, &[("accept-language", "zh-Hant")]).await;
        let problem = answer.json();
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(problem["type"], format!("/problems/{code}"), "{path}");
        assert!(
            problem["hint"].is_string() && !problem["title"].as_str().unwrap().is_ascii(),
            "{path}: {problem}"
        );
    }
    let bare = serve(&pack(&[])).await;
    for path in ["/tiles/base.json", "/tiles/base/0/0/0"] {
        assert_eq!(bare.ask(path, &[]).await.json()["type"], "/problems/spatial-no-base-map");
    }
    assert_eq!(bare.ask("/features/land", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn collections_are_listed() {
    let server = serve(&town()).await;
    let list = server.get("/features").await;
    let found: Vec<(&str, u64)> = list["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["id"].as_str().unwrap(), c["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(found, [("land", 1), ("boundaries", 2), ("streets", 1), ("place_labels", 2), ("bays", 3)]);
    assert_eq!(list["mode"], "live");
    assert_eq!(list["collections"][4]["bbox"], json!([-9.5, 39.4, -9.44, 39.4]));
    let all = server.ask("/features", &[OPERATOR]).await.json();
    assert_eq!(all["collections"][4]["count"], 4);
}

#[tokio::test]
async fn features_come_a_page_at_a_time() {
    let server = serve(&town()).await;
    let first = server.get("/features/bays?limit=2").await;
    assert_eq!(ids(&first), ["bays/a", "bays/b"]);
    assert_eq!(
        (&first["type"], &first["mode"], &first["numberMatched"]),
        (&json!("FeatureCollection"), &json!("live"), &json!(3))
    );
    let bay = &first["features"][0];
    assert_eq!(
        bay["properties"],
        json!({"name": "Lugar a", "name_en": "Bay \"a\"", "name_pt": "Lugar a", "free": 3})
    );
    assert_eq!((&bay["mode"], &bay["changed"]), (&json!("live"), &json!(NOW.iso())));
    let next = first["links"][0]["href"].as_str().unwrap();
    let second = server.get(next).await;
    assert_eq!(ids(&second), ["bays/p/4"]);
    assert_eq!(second["links"], json!([]));
    assert_eq!(server.get("/features/bays/p/4").await["id"], "bays/p/4");

    let answer = server.ask("/features/bays?bbox=-9.49,39,-9.4,40&limit=1", &[OPERATOR]).await;
    assert_eq!(answer.headers["causeway-mode"], "live");
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/geo+json");
    let mut page = answer.json();
    assert_eq!(page["numberMatched"], 3);
    let mut found: Vec<String> = ids(&page).into_iter().map(str::to_string).collect();
    while let Some(next) = page["links"][0]["href"].as_str() {
        page = server.ask(next, &[OPERATOR]).await.json();
        found.extend(ids(&page).into_iter().map(str::to_string));
    }
    assert_eq!(found, ["bays/b", "bays/c", "bays/p/4"]);
}

#[tokio::test]
async fn layers_of_the_map_are_collections_too() {
    let server = serve(&town()).await;
    let areas = server.get("/features/boundaries?limit=1").await;
    assert_eq!(ids(&areas), ["sul"]);
    assert_eq!(
        areas["features"][0]["properties"],
        json!({"name": "Sul", "name_en": "South", "name_pt": "Sul"})
    );
    assert!(areas["mode"].is_null(), "a map is neither live nor recorded");
    assert_eq!(ids(&server.get(areas["links"][0]["href"].as_str().unwrap()).await), ["norte"]);
    assert_eq!(ids(&server.get("/features/boundaries?bbox=-9.47,39.44,-9.46,39.45").await), ["norte"]);
    let one = server.get("/features/place_labels/2").await;
    assert_eq!(one["properties"]["rank"], 4);
    assert_eq!(one["geometry"], json!({"type": "Point", "coordinates": [-9.46, 39.36]}));
    assert_eq!(server.get("/features/streets").await["features"][0]["properties"], json!({"kind": "main"}));
    assert_eq!(server.get("/features/land").await["features"][0]["properties"], json!({}));
}

#[tokio::test]
async fn tiles_are_drawn_and_known_again() {
    let server = serve(&town()).await;
    // The tile of zoom 9 that holds -9.5, 39.4.
    let path = "/tiles/base/9/242/194";
    let answer = server.ask(path, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/vnd.mapbox-vector-tile");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "public, max-age=3600");
    let names: Vec<String> =
        crate::tile::encode::tests::read_tile(&answer.body).into_iter().map(|layer| layer.name).collect();
    assert_eq!(names, ["land", "boundaries", "streets", "place_labels"]);
    let tag = answer.headers[header::ETAG].to_str().unwrap().to_string();
    assert_eq!(server.ask(path, &[]).await.headers[header::ETAG], *tag);
    for known in [tag.clone(), format!("\"x\", {tag}"), "*".into(), tag.replace("W/", "")] {
        let again = server.ask(path, &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
        assert_eq!(again.headers[header::ETAG], *tag);
    }
    assert_eq!(server.ask(path, &[("if-none-match", "W/\"x\"")]).await.status, StatusCode::OK);
    let empty = server.ask("/tiles/base/10/0/0", &[]).await;
    assert_eq!((empty.status, empty.body.len()), (StatusCode::NO_CONTENT, 0));
}

#[tokio::test]
async fn the_map_is_described() {
    let server = serve(&town()).await;
    for (languages, attribution) in [
        ("en-GB", "Drawn &amp; invented (CC0 1.0)"),
        ("zh-Hant, pt;q=0.5", "Desenhado &amp; inventado (CC0 1.0)"),
        ("fr", "Desenhado &amp; inventado (CC0 1.0)"),
    ] {
        let answer = server.ask("/tiles/base.json", &[("accept-language", languages)]).await;
        let map = answer.json();
        assert_eq!(map["attribution"], attribution, "{languages}");
        assert_eq!(map["tiles"], json!(["/tiles/base/{z}/{x}/{y}"]));
        assert_eq!((&map["tilejson"], &map["maxzoom"]), (&json!("3.0.0"), &json!(12)));
        assert_eq!(map["bounds"], json!([-9.6, 39.3, -9.4, 39.5]));
        let layers: Vec<&str> =
            map["vector_layers"].as_array().unwrap().iter().map(|l| l["id"].as_str().unwrap()).collect();
        assert_eq!(layers, ["land", "boundaries", "streets", "place_labels"]);
        assert!(map["vector_layers"][3]["fields"]["name_en"].is_string());
    }
}
