//! Paging (OGC 18-088, 9.3.3.6): next links that go on from where a page ended, whatever came in between.

use super::*;

/// Follows the next links to the end; the pages' values.
async fn pages(city: &City, path: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut next) = (Vec::new(), Some(path.to_string()));
    while let Some(path) = next {
        let page = city.json(&path).await;
        pages.push(page["value"].as_array().unwrap_or_else(|| panic!("{path}: {page}")).clone());
        next = page["@iot.nextLink"].as_str().map(str::to_string);
        if let Some(link) = &next {
            // The place is in the link: no page is skipped over to be found.
            assert!(link.contains("$skiptoken=") && !link.contains("$skip="), "{link}");
        }
        assert!(pages.len() <= 1_000, "{path} has no end");
    }
    pages
}

/// One location with so many things at it, called by numbers.
async fn crowd(city: &City, things: usize) {
    let mut place = location("square", 10.0, 20.0);
    let thing = |n: usize| json!({ "name": format!("{n:04}"), "description": "", "properties": { "odd": n % 2, "third": n % 3 } });
    place["Things"] = (0..things).map(thing).collect();
    city.make("Locations", place).await;
}

/// Makes a thing with datastreams of these names, and fills each with so many observations, a second apart.
async fn filled(city: &City, names: &[&str], rows: i64) {
    city.make("Things", thing("post", 10.0, 20.0, names)).await;
    let group = |id: usize| {
        let row = |n: i64| json!([at(n), n]);
        let rows: Vec<Value> = (0..rows).map(row).collect();
        json!({ "Datastream": { "@iot.id": id + 1 }, "components": ["phenomenonTime", "result"], "dataArray": rows })
    };
    let groups: Vec<Value> = (0..names.len()).map(group).collect();
    city.post("CreateObservations", groups.into()).await.expect(201);
}

/// Requirement: sensorthings-1.1 request-data pagination
#[tokio::test]
async fn entities_come_page_by_page_in_every_order() {
    on_each_store("entitypages", async |city| {
        crowd(city, 45).await;
        let check = async |query: &str, expected: Vec<usize>| {
            for top in [1, 7, 45] {
                for set in ["Things", "Locations(1)/Things"] {
                    let path = format!("{set}?$select=name,id&$top={top}{query}");
                    let pages = pages(city, &path).await;
                    assert!(
                        pages.iter().rev().skip(1).all(|page| page.len() == top),
                        "{} {path}",
                        city.store
                    );
                    let found: Vec<usize> = pages
                        .iter()
                        .flatten()
                        .map(|value| {
                            value["name"].as_str().and_then(|name| name.parse().ok()).expect("a number")
                        })
                        .collect();
                    assert_eq!(found, expected, "{} {path}", city.store);
                }
            }
        };
        let all = || 0..45usize;
        check("", all().collect()).await;
        check("&$orderby=id desc", all().rev().collect()).await;
        check("&$orderby=name", all().collect()).await;
        check("&$orderby=name desc", all().rev().collect()).await;
        check("&$filter=properties/odd eq 1", all().filter(|n| n % 2 == 1).collect()).await;
        check(
            "&$filter=id gt 10 and properties/odd eq 1&$orderby=id desc",
            all().filter(|n| n % 2 == 1 && *n >= 10).rev().collect(),
        )
        .await;
        let by_thirds = |descending: bool| {
            let mut all: Vec<usize> = all().collect();
            all.sort_by_key(|n| if descending { 2 - n % 3 } else { n % 3 });
            all
        };
        check("&$orderby=properties/third", by_thirds(false)).await;
        check("&$orderby=properties/third desc", by_thirds(true)).await;
        check("&$orderby=properties/none", all().collect()).await;
        check("&$skip=40", (40..45).collect()).await;
        check("&$skip=40&$orderby=name desc", (0..5).rev().collect()).await;
        // Without $top there are pages too.
        let first = city.json("Things?$count=true").await;
        assert_eq!(first["@iot.count"], 45);
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data pagination
#[tokio::test]
async fn observations_come_page_by_page_in_every_order() {
    on_each_store("observationpages", async |city| {
        filled(city, &["a", "b", "c"], 23).await;
        let check = async |path: &str, expected: Vec<(i64, i64)>| {
            for top in [1, 10, 100] {
                let path = format!("{path}$select=result,id&$top={top}");
                let pages = pages(city, &path).await;
                assert!(pages.iter().rev().skip(1).all(|page| page.len() == top), "{} {path}", city.store);
                let found: Vec<(i64, i64)> = pages
                    .iter()
                    .flatten()
                    .map(|value| {
                        let id = value["@iot.id"].as_str().and_then(|id| id.split('-').next()?.parse().ok());
                        (id.expect("a datastream"), value["result"].as_i64().expect("a number"))
                    })
                    .collect();
                assert_eq!(found, expected, "{} {path}", city.store);
            }
        };
        let one = |id: i64| (0..23).map(move |n| (id, n));
        let back = |id: i64| one(id).rev();
        let all = || one(1).chain(one(2)).chain(one(3));
        let by_time = |descending: bool| {
            let mut all: Vec<(i64, i64)> = all().collect();
            all.sort_by_key(|(id, n)| (if descending { -n } else { *n }, *id));
            all
        };
        check("Datastreams(2)/Observations?", one(2).collect()).await;
        check("Datastreams(2)/Observations?$orderby=phenomenonTime&", one(2).collect()).await;
        check("Datastreams(2)/Observations?$orderby=phenomenonTime desc&", back(2).collect()).await;
        check("Datastreams(2)/Observations?$orderby=result desc&", back(2).collect()).await;
        check("Datastreams(2)/Observations?$orderby=id desc&", back(2).collect()).await;
        check(
            "Datastreams(2)/Observations?$filter=result mod 2 eq 0&",
            one(2).filter(|(_, n)| n % 2 == 0).collect(),
        )
        .await;
        check(
            "Datastreams(2)/Observations?$filter=result mod 2 eq 0&$orderby=phenomenonTime desc&",
            back(2).filter(|(_, n)| n % 2 == 0).collect(),
        )
        .await;
        check("Observations?", all().collect()).await;
        check("Observations?$orderby=id desc&", {
            let mut all: Vec<_> = all().collect();
            all.reverse();
            all
        })
        .await;
        check("Observations?$orderby=phenomenonTime&", by_time(false)).await;
        check("Observations?$orderby=phenomenonTime desc&", by_time(true)).await;
        check(
            "Observations?$orderby=phenomenonTime desc&$filter=result lt 5&",
            by_time(true).into_iter().filter(|(_, n)| *n < 5).collect(),
        )
        .await;
        check(
            &format!("Observations?$orderby=phenomenonTime desc&$filter=phenomenonTime lt {}&", at(5)),
            by_time(true).into_iter().filter(|(_, n)| *n < 5).collect(),
        )
        .await;
        check(
            "Observations?$filter=Datastream/name eq 'c' and result gt 3&",
            one(3).filter(|(_, n)| *n > 3).collect(),
        )
        .await;
        check("FeaturesOfInterest(1)/Observations?", all().collect()).await;
        check("FeaturesOfInterest(1)/Observations?$orderby=phenomenonTime desc&", by_time(true)).await;
        check("Observations?$skip=60&", all().skip(60).collect()).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data pagination
#[tokio::test]
async fn pages_stay_while_others_write() {
    on_each_store("stable", async |city| {
        filled(city, &["a"], 20).await;
        crowd(city, 20).await;
        // Between two pages somebody adds before and after it, and removes what was shown.
        for (query, step) in [("", 1), ("&$orderby=phenomenonTime desc", -1), ("&$orderby=result desc", -1)] {
            let mut found = Vec::new();
            let mut next = Some(format!("Datastreams(1)/Observations?$filter=result ge 0&$top=6{query}"));
            let mut turn = 0;
            while let Some(path) = next {
                let page = city.json(&path).await;
                let values = page["value"].as_array().expect("a list").clone();
                found.extend(values.iter().map(|value| value["result"].as_i64().expect("a number")));
                next = page["@iot.nextLink"].as_str().map(str::to_string);
                turn += 1;
                for second in [-turn, 1_000 + turn] {
                    city.post("Datastreams(1)/Observations", observation(second, -1)).await.expect(201);
                }
            }
            let mut expected: Vec<i64> = (0..20).collect();
            if step < 0 {
                expected.reverse();
            }
            assert_eq!(found, expected, "{} {query}", city.store);
        }
        for query in ["", "&$orderby=name", "&$orderby=name desc", "&$orderby=id desc"] {
            let mut found: Vec<String> = Vec::new();
            let mut next = Some(format!("Things?$filter=length(name) eq 4 and name ne 'post'&$top=6{query}"));
            while let Some(path) = next {
                let page = city.json(&path).await;
                let values = page["value"].as_array().expect("a list").clone();
                found.extend(values.iter().map(|value| value["name"].as_str().expect("a name").to_string()));
                next = page["@iot.nextLink"].as_str().map(str::to_string);
                for name in ["0 before", "zz after"] {
                    city.make("Things", json!({ "name": name, "description": "" })).await;
                }
                let gone = values[0]["@iot.id"].as_i64().expect("an id");
                city.delete(&format!("Things({gone})")).await.expect(200);
                let name = values[0]["name"].clone();
                city.make(
                    "Things",
                    json!({ "name": format!("+{}", name.as_str().unwrap_or_default()), "description": "" }),
                )
                .await;
            }
            let mut sorted = found.clone();
            sorted.sort_unstable();
            if query.ends_with("desc") {
                sorted.reverse();
            }
            assert_eq!(found, sorted, "{} {query}", city.store);
            sorted.dedup();
            assert_eq!(sorted.len(), found.len(), "{} {query}: some came twice", city.store);
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data pagination
#[tokio::test]
async fn page_350_costs_what_page_1_does() {
    on_each_store("deep", async |city| {
        filled(city, &["a"], 3_510).await;
        for (query, is_turned) in [("", false), ("&$orderby=phenomenonTime desc", true)] {
            let path = format!("Datastreams(1)/Observations?$top=10&$select=result{query}");
            let (mut next, mut found, mut took) = (Some(path), Vec::new(), Vec::new());
            while let Some(path) = next {
                let began = std::time::Instant::now();
                let page = city.json(&path).await;
                took.push(began.elapsed());
                found.extend(
                    page["value"]
                        .as_array()
                        .expect("a list")
                        .iter()
                        .map(|v| v["result"].as_i64().expect("a number")),
                );
                next = page["@iot.nextLink"].as_str().map(str::to_string);
            }
            let mut expected: Vec<i64> = (0..3_510).collect();
            if is_turned {
                expected.reverse();
            }
            assert_eq!(took.len(), 351, "{} {query}", city.store);
            assert_eq!(found, expected, "{} {query}", city.store);
            // The fastest of fifty, so that what else the machine does is left out; a page that is skipped to costs 350
            // times the first, not ten.
            let fastest = |some: &[std::time::Duration]| some.iter().min().copied().unwrap_or_default();
            let (first, last) = (fastest(&took[..50]), fastest(&took[300..350]));
            assert!(last < first * 10, "{} {query}: {first:?} at first, {last:?} at last", city.store);
        }
    })
    .await;
}
