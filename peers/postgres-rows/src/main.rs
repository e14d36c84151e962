//! Durable inserts into PostgreSQL with one wide row a value and a trigger on the parent, as SensorThings servers do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};

/// Datastreams the rows are spread over, as in the product's own bench.
const DATASTREAMS: i64 = 20_000;

const SCHEMA: &str = "
DROP TABLE IF EXISTS observations, datastreams;
CREATE TABLE datastreams (
    id BIGINT PRIMARY KEY, name TEXT, phenomenon_time_start TIMESTAMPTZ, phenomenon_time_end TIMESTAMPTZ,
    result_time_start TIMESTAMPTZ, result_time_end TIMESTAMPTZ);
INSERT INTO datastreams (id, name) SELECT n, 'datastream ' || n FROM generate_series(0, 19999) n;
CREATE TABLE observations (
    id BIGSERIAL PRIMARY KEY,
    phenomenon_time_start TIMESTAMPTZ NOT NULL, phenomenon_time_end TIMESTAMPTZ, result_time TIMESTAMPTZ,
    result_type SMALLINT, result_number DOUBLE PRECISION, result_string TEXT, result_json JSONB, result_boolean BOOLEAN,
    result_quality JSONB, valid_time_start TIMESTAMPTZ, valid_time_end TIMESTAMPTZ, parameters JSONB,
    datastream_id BIGINT NOT NULL REFERENCES datastreams (id), feature_id BIGINT);
CREATE INDEX observations_datastream_time ON observations (datastream_id, phenomenon_time_start);
CREATE INDEX observations_feature ON observations (feature_id);
CREATE OR REPLACE FUNCTION observations_parent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE datastreams SET
        phenomenon_time_start = LEAST(phenomenon_time_start, NEW.phenomenon_time_start),
        phenomenon_time_end = GREATEST(phenomenon_time_end, NEW.phenomenon_time_start),
        result_time_start = LEAST(result_time_start, NEW.result_time),
        result_time_end = GREATEST(result_time_end, NEW.result_time)
    WHERE id = NEW.datastream_id
      AND (phenomenon_time_end IS NULL OR NEW.phenomenon_time_start > phenomenon_time_end
           OR NEW.phenomenon_time_start < phenomenon_time_start);
    RETURN NEW;
END $$;
CREATE TRIGGER observations_parent AFTER INSERT ON observations FOR EACH ROW EXECUTE FUNCTION observations_parent();
";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, connections, batch, seconds] = arguments.as_slice() else {
        eprintln!("postgres-rows URL CONNECTIONS ROWS_A_COMMIT SECONDS");
        std::process::exit(2);
    };
    let number = |text: &String| text.parse::<u64>().expect("a whole number");
    let (connections, batch, seconds) = (number(connections), number(batch), number(seconds));
    Client::connect(url, NoTls).expect("PostgreSQL answers").batch_execute(SCHEMA).expect("the schema is made");

    let rows = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let backend_before = backend_cpu_seconds();
    let workers: Vec<_> = (0..connections)
        .map(|worker| {
            let (url, rows, stop) = (url.clone(), rows.clone(), stop.clone());
            std::thread::spawn(move || insert(&url, worker, connections, batch, &rows, &stop))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(seconds));
    // Before the workers leave: a backend's time is gone with its process.
    let backend_seconds = backend_cpu_seconds() - backend_before;
    let (rows, took) = (rows.load(Ordering::Relaxed), started.elapsed().as_secs_f64());
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.join().expect("a worker ends");
    }
    println!(
        "postgres-rows connections={connections} batch={batch} rows={rows} rows_per_second={:.0} backend_cpu_seconds={:.1} load={}",
        rows as f64 / took,
        backend_seconds,
        std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
    );
}

/// Each worker keeps to datastreams of its own, so that no two transactions wait for one parent row.
fn insert(url: &str, worker: u64, workers: u64, batch: u64, rows: &AtomicU64, stop: &AtomicBool) {
    let mut client = Client::connect(url, NoTls).expect("PostgreSQL answers");
    let statement = client
        .prepare(
            "INSERT INTO observations (phenomenon_time_start, result_time, result_type, result_number, datastream_id)
             SELECT to_timestamp(t), to_timestamp(t), 0, v, d
             FROM unnest($1::float8[], $2::float8[], $3::int8[]) AS row (t, v, d)",
        )
        .expect("the statement is prepared");
    let mine = DATASTREAMS as u64 / workers;
    let mut n: u64 = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut times = Vec::with_capacity(batch as usize);
        let mut values = Vec::with_capacity(batch as usize);
        let mut datastreams = Vec::with_capacity(batch as usize);
        for _ in 0..batch {
            datastreams.push((worker * mine + n % mine) as i64);
            times.push(1_767_225_600.0 + (n / mine) as f64 * 60.0);
            values.push(((n * 31) % 400) as f64 / 10.0);
            n += 1;
        }
        client.execute(&statement, &[&times, &values, &datastreams]).expect("the rows are taken");
        rows.fetch_add(batch, Ordering::Relaxed);
    }
}

/// User and system time of every postgres process, from /proc (fields 14 and 15 of stat, in ticks of 10 ms).
fn backend_cpu_seconds() -> f64 {
    let mut ticks = 0u64;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let Some((head, tail)) = stat.rsplit_once(") ") else { continue };
        if head.contains("(postgres") {
            let fields: Vec<&str> = tail.split(' ').collect();
            let field = |i: usize| fields.get(i).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
            ticks += field(11) + field(12);
        }
    }
    ticks as f64 / 100.0
}
