//! Simulated devices in the registry: each has a key of its own there, and is missed when it is silent.

use host::access::Action;
use host::{Access, Clock, Gate};
use sensing::Sensing;
use sensing::actions::devices::DEVICES;
use sensing::device::DeviceDraft;
use simulate::{Device, Fleet};
use vocab::Caller;

use super::late_seconds;

/// What stands there in the place of hardware.
const MODEL: &str = "base/simulate";

/// The key of a device, which is registered unless it was at an earlier start.
pub async fn key_of(
    sensing: &Sensing,
    clock: &Clock,
    fleet: &Fleet,
    device: &Device,
) -> Result<String, String> {
    let access = Access::operator(Action::Create, DEVICES);
    let gate = Gate { caller: Caller::Operator, now: clock.now(), access, languages: Vec::new() };
    let slug = fleet.named(device);
    if sensing.device(&gate, &slug).await.is_ok() {
        return sensing.new_key(&gate, &slug).await.map_err(|problem| problem.detail);
    }
    let told = fleet.datastreams.iter().filter(|stream| device.has(stream));
    let draft = DeviceDraft {
        device: slug,
        // The registry has one name for all languages: then it is that of the thing's address.
        label: Some("public".into()),
        model: Some(MODEL.into()),
        // It is missed when what it says most often has long been due.
        silence_seconds: told.map(|stream| late_seconds(stream, clock.speed())).min(),
        ..DeviceDraft::default()
    };
    let made = sensing.register(&gate, &[(1, draft)]).await.map_err(|problem| problem.detail)?;
    made.into_iter().next().map(|(_, key)| key).ok_or_else(|| "no key was made".into())
}
