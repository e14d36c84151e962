use super::*;

#[test]
fn walks_are_told_the_shortest_first() {
    let walks = Walks::new(3, vec![(0, 1, 90), (2, 0, 30), (0, 2, 60), (0, 1, 80), (0, 2, 70)]);
    let of = |stop| walks.of(stop).iter().map(|walk| (walk.to, walk.seconds)).collect::<Vec<_>>();
    assert_eq!(of(0), [(2, 60), (1, 80)]);
    assert_eq!(of(1), []);
    assert_eq!(of(2), [(0, 30)]);
    assert_eq!(of(3), [], "there is no such stop");
}
