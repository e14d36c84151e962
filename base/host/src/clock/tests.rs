use vocab::time::{DAY, HOUR, SECOND};

use super::*;

#[test]
fn a_running_clock_goes_faster_and_can_be_moved() {
    let clock = Clock::running(Time(DAY), 3600);
    std::thread::sleep(Duration::from_millis(20));
    let first = clock.now();
    // Twenty milliseconds are 72 seconds on it; how long a thread really sleeps is the machine's business.
    assert!(first >= Time(DAY + 72 * SECOND) && first < Time(2 * DAY), "{first}");
    clock.set(Time(10 * DAY));
    assert!(clock.now() >= Time(10 * DAY) && clock.now() < Time(10 * DAY + HOUR * 24));
    assert_eq!(clock.clone().speed(), 3600);
    assert!(clock.is_own() && !Clock::system().is_own());
}

#[test]
fn waiting_is_as_long_as_its_hours_are_and_never_without_rest() {
    let fast = Clock::running(Time(0), 60);
    assert_eq!(fast.wait(3600), Duration::from_secs(60));
    assert_eq!(fast.wait(30), Duration::from_secs(1));
    assert_eq!(fast.wait(0), Duration::ZERO);
    assert_eq!(Clock::system().wait(30), Duration::from_secs(30));
}

#[test]
fn a_held_clock_stands_and_never_goes_back() {
    let clock = Clock::running(Time(DAY), 1000);
    clock.hold(Time(DAY + HOUR));
    std::thread::sleep(Duration::from_millis(20));
    let first = clock.now();
    assert!(first < Time(DAY + HOUR) && !clock.is_held());
    clock.hold(first);
    let stands = clock.now();
    std::thread::sleep(Duration::from_millis(20));
    assert!(clock.now() == stands && stands >= first && clock.is_held());
    clock.hold(Time(DAY));
    assert_eq!(clock.now(), stands, "what was shown is not taken back");
    clock.hold(Time::MAX);
    assert!(clock.now() >= stands.plus(20 * SECOND) && !clock.is_held());
}
