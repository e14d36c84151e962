# Alerts and the rules that raise them
alerts-title = Alerts
alerts-lead = What the rules of this city have found in the readings, since when, what it means and what happens next.
alerts-heading = Alerts found
alerts-caption = Alerts, newest first
alerts-found = { $n ->
    [0] No alert fits this.
    [one] 1 alert fits this.
   *[other] { SHOW($n) } alerts fit this.
}
alerts-follow = Follow alerts by Atom
alerts-open = Open
alerts-all = All
alert-what = What
alert-where = Where
alert-since = Since
alert-state = State
alert-severity = Severity
alert-rule = Rule
alert-found = Found
alert-cleared = Over since
alert-value = Value
alert-share = { $share }% of the places at once
alert-everywhere = Many places at once
alert-is-raised = Open
alert-is-acknowledged = In hand
alert-is-cleared = Over
alert-is-withdrawn = Rule taken back
severity-info = Good to know
severity-warning = Needs a look
severity-severe = Severe
alert-means = What this means
alert-next = What happens next
alert-around = The hours around it
alert-not-acknowledged = Nobody has said yet that they have it in hand.
alert-acknowledged-at = Somebody took it in hand on { $at }.
alert-acknowledged-by = { $by } took it in hand on { $at }. { $remark }
alert-acknowledge = Take it in hand
alert-acknowledge-text = Your name and remark are kept in the audit and shown to the operator only; everybody sees that it is in hand.
alert-by = Your name
alert-by-wrong = Write your name, in 100 characters at most.
alert-remark = Remark
alert-remark-hint = What you found, or what you will do.
rules-title = What is watched
rules-text = Each rule is a file of the city. It is switched on after it was replayed over history, or for a reason that stands here.
rules-none = No rule is open to everybody.
rule-on = On
rule-off = Off
rule-kind-when = Each result is held against a limit.
rule-kind-stuck = A reading that stays the same for too long raises it.
rule-kind-gap = A hole between two results raises it.
rule-kind-absence = Silence raises it.
rule-kind-combination = Several readings of one place are looked at together.
rule-kind-many = Many places at once must show it.
rule-watches = { $n ->
    [0] Nothing that it watches has spoken here yet.
    [one] It watches 1 series or group of them.
   *[other] It watches { SHOW($n) } series or groups of them.
}
rule-replayed = { $n ->
    [0] Replayed from { $from } to { $to }: no alert.
    [one] Replayed from { $from } to { $to }: 1 alert.
   *[other] Replayed from { $from } to { $to }: { SHOW($n) } alerts.
}
rule-unreplayed = Not replayed: { $reason }

# Mails about alerts
mail-raised = Alert: { $title }
mail-cleared = Over: { $title }
mail-many = { $n ->
    [one] 1 message about alerts
   *[other] { SHOW($n) } messages about alerts
}
mail-more = { $n ->
    [one] And 1 more; the page of alerts lists all.
   *[other] And { SHOW($n) } more; the page of alerts lists all.
}
mail-recording = from a recording, not live
mail-simulated = simulated, not real
