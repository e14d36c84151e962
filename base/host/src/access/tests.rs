use super::*;

#[test]
fn the_access_table() {
    use Action::*;
    let device = Caller::Device { name: "post".into(), scope: "lampposts/17".into() };
    let table: [(&Caller, Action, &'static str, Label, Option<&str>, bool); 11] = [
        (&Caller::Anonymous, Read, "observations", Label::Public, None, true),
        (&Caller::Anonymous, Read, "observations", Label::Internal, None, false),
        (&Caller::Anonymous, Create, "observations", Label::Public, None, false),
        (&device, Create, "observations", Label::Internal, Some("lampposts/17/air"), true),
        (&device, Create, "observations", Label::Public, Some("lampposts/170/air"), false),
        (&device, Create, "initiatives", Label::Public, None, false),
        (&device, Delete, "observations", Label::Public, Some("lampposts/17"), false),
        (&device, Read, "observations", Label::Internal, Some("lampposts/18"), false),
        (&device, Operate, "pack", Label::Public, None, false),
        (&Caller::Operator, Delete, "things", Label::Internal, None, true),
        (&Caller::Operator, Operate, "pack", Label::Internal, None, true),
    ];
    for (caller, action, kind, label, slug, allowed) in table {
        let decision = may(caller, action, &Object { kind, label, slug }, Purpose::Operation, Time(0));
        assert_eq!(decision == Decision::Allow, allowed, "{caller:?} {action:?} {kind} {label:?} {slug:?}");
    }
}
