use super::*;

#[test]
fn a_bucket_holds_a_second_and_fills_with_time() {
    let bucket = Bucket::new(10, Time(0));
    let taken = |now: i64| (0..100).filter(|_| bucket.take(Time(now))).count();
    assert_eq!(taken(0), 10);
    assert_eq!(taken(SECOND / 2), 5);
    assert_eq!(taken(10 * SECOND), 10, "what was not used is not saved up");
    assert_eq!(taken(0), 0, "a clock that goes back gives nothing");
}
