//! Deep insert (OGC 18-088, 10.2.1): an entity and all that is nested in it, in one transaction.

use host::access::Action;
use host::{Problem, Tx};

use super::features;
use super::{By, World, announce, find, set_locations, taken};
use crate::api::problems::{BAD_ENTITY, REFUSED};
use crate::datastream::Datastream;
use crate::entity::draft::{Draft, Target};
use crate::entity::{Kind, Link};
use crate::ingest::validate;
use crate::observed::Posted;
use crate::store::entities::{self, links, write};

/// What was made.
pub struct Created {
    pub kind: Kind,
    pub id: i64,
    /// Observations that were nested in datastreams, to be recorded at the end of the transaction.
    pub observations: Vec<(i64, Posted)>,
}

/// Where something new is hung: a link of an entity that exists.
pub type Context = Option<(Kind, i64, Link)>;

/// Makes it, or nothing of it.
pub fn create(
    tx: &mut Tx,
    world: &World,
    by: By,
    draft: Draft,
    context: Context,
) -> Result<Created, Problem> {
    let kind = draft.kind;
    if let Some((parent, id, _)) = context {
        let parent = find(tx, by, parent, id)?;
        if matches!(parent.kind, Kind::Thing | Kind::Location | Kind::HistoricalLocation) {
            by.may(Action::Update, &parent)?;
        }
    }
    let mut creating = Creating { tx, world, by, observations: Vec::new() };
    let id = creating.entity(draft, context.map(|(kind, id, _)| (kind, id)), false)?;
    Ok(Created { kind, id, observations: creating.observations })
}

/// Makes what is nested in something else: one that is known by its name is meant, not made again.
pub fn nested(tx: &mut Tx, world: &World, by: By, draft: Draft) -> Result<i64, Problem> {
    Creating { tx, world, by, observations: Vec::new() }.entity(draft, None, true)
}

struct Creating<'a, 't> {
    tx: &'a mut Tx<'t>,
    world: &'a World,
    by: By<'a>,
    observations: Vec<(i64, Posted)>,
}

impl Creating<'_, '_> {
    /// Makes one entity below `parent`. `nested`: a sensor or an observed property by a name that is known is meant,
    /// not made again.
    fn entity(
        &mut self,
        mut draft: Draft,
        parent: Option<(Kind, i64)>,
        nested: bool,
    ) -> Result<i64, Problem> {
        let kind = draft.kind;
        if let Some(slug) = &draft.slug
            && let Some(known) = entities::by_slug(self.tx, kind, slug.as_str())?
        {
            let is_shared = !matches!(kind, Kind::Thing | Kind::Datastream);
            return if nested && is_shared { Ok(known.id) } else { Err(taken(kind, slug, known.id)) };
        }
        let mut parents = Vec::new();
        for link in kind.links().iter().filter(|link| !link.many) {
            parents.push(self.parent(&mut draft, *link, parent)?);
        }
        let id = write::next_ids(self.tx, kind, 1)?;
        let slug = match &draft.slug {
            Some(slug) => slug.clone(),
            None => self.by.usual_slug(kind, id)?,
        };
        let links = std::mem::take(&mut draft.links);
        let time = draft.time;
        let entity = draft.into_entity(id, slug, self.world.mode, parents, self.by.now);
        self.by.may(Action::Create, &entity)?;
        write::insert(self.tx, &entity)?;
        announce(self.tx, self.world, &entity);
        if let Some((above, above_id)) = parent {
            self.hang(above, above_id, kind, id)?;
        }
        let datastream = entity.datastream();
        for (link, targets) in links.into_iter().filter(|(link, _)| link.many) {
            self.below(kind, id, link, targets, datastream.as_ref())?;
        }
        if kind == Kind::HistoricalLocation {
            self.move_thing(id, entity.parents.first().copied(), time.unwrap_or(self.by.now))?;
        }
        Ok(id)
    }

    /// The one that a single link leads to: above, linked, or made.
    fn parent(&mut self, draft: &mut Draft, link: Link, parent: Option<(Kind, i64)>) -> Result<i64, Problem> {
        if let Some((_, id)) = parent.filter(|(kind, _)| *kind == link.to) {
            return Ok(id);
        }
        let place = draft.links.iter().position(|(of, _)| *of == link);
        let target = place.and_then(|at| draft.links.remove(at).1.pop());
        match target {
            Some(target) => self.target(link.to, target),
            None => {
                let (of, to) = (draft.kind.name(), link.name());
                Err(Problem::new(&BAD_ENTITY, format!("this {of} has no {to}"))
                    .hint(format!("add \"{to}\": {{\"@iot.id\": 1}}, or a whole one to be made")))
            }
        }
    }

    fn target(&mut self, kind: Kind, target: Target) -> Result<i64, Problem> {
        match target {
            Target::Id(id) => {
                let known = find(self.tx, self.by, kind, id)?;
                if kind == Kind::Thing {
                    self.by.may(Action::Update, &known)?;
                }
                Ok(id)
            }
            Target::New(draft) => self.entity(*draft, None, true),
            Target::Observation(_) => Err(Problem::new(&BAD_ENTITY, "an observation stands where none can")),
        }
    }

    /// Makes or links what hangs below an entity that has just been made.
    fn below(
        &mut self,
        kind: Kind,
        id: i64,
        link: Link,
        targets: Vec<Target>,
        datastream: Option<&Datastream>,
    ) -> Result<(), Problem> {
        let mut ids = Vec::new();
        for target in targets {
            match target {
                Target::Observation(posted) => self.observation(*posted, id, datastream)?,
                Target::New(draft) if matches!((kind, link.to), (Kind::Thing, Kind::Location)) => {
                    ids.push(self.entity(*draft, None, true)?);
                }
                Target::New(draft) => drop(self.entity(*draft, Some((kind, id)), true)?),
                Target::Id(other) => {
                    let known = find(self.tx, self.by, link.to, other)?;
                    if matches!(link.to, Kind::Thing) {
                        self.by.may(Action::Update, &known)?;
                    }
                    match (kind, link.to) {
                        (Kind::Thing, Kind::Location) => ids.push(other),
                        (Kind::Location, _) | (Kind::HistoricalLocation, Kind::Location) => {
                            self.hang(kind, id, link.to, other)?;
                        }
                        (of, to) => {
                            let what = format!(
                                "{}({other}) hangs elsewhere; a new {} does not take it away",
                                to.set(),
                                of.name()
                            );
                            return Err(Problem::new(&BAD_ENTITY, what).hint(format!(
                                "make the {} first, then change the link of the {}",
                                of.name(),
                                to.name()
                            )));
                        }
                    }
                }
            }
        }
        // All locations of a new thing are one entry of its history.
        if !ids.is_empty() {
            set_locations(self.tx, self.world, id, &ids, self.by.now)?;
        }
        Ok(())
    }

    /// Hangs one entity below another where the lower one does not say so itself.
    fn hang(&mut self, above: Kind, above_id: i64, kind: Kind, id: i64) -> Result<(), Problem> {
        match (above, kind) {
            (Kind::Thing, Kind::Location) => self.move_to(above_id, id),
            (Kind::Location, Kind::Thing) => self.move_to(id, above_id),
            (Kind::Location, Kind::HistoricalLocation) => Ok(links::history_at(self.tx, id, &[above_id])?),
            (Kind::HistoricalLocation, Kind::Location) => Ok(links::history_at(self.tx, above_id, &[id])?),
            _ => Ok(()),
        }
    }

    /// A location that comes to a thing takes the place of those in the same encoding: a thing has several only where
    /// they say the same place in different ways (OGC 18-088, 8.2.2).
    fn move_to(&mut self, thing: i64, location: i64) -> Result<(), Problem> {
        let known = links::locations(self.tx, thing)?;
        let all: Vec<i64> = known.iter().copied().chain([location]).collect();
        let sight = crate::entity::Sight::All;
        let locations = entities::by_ids(self.tx, Kind::Location, &all, &sight)?;
        let encoding = |id: &i64| locations.get(id).and_then(|l| l.body.get("encodingType")).cloned();
        let mut stay: Vec<i64> = known.into_iter().filter(|id| encoding(id) != encoding(&location)).collect();
        stay.push(location);
        set_locations(self.tx, self.world, thing, &stay, self.by.now)
    }

    /// History that is later than all before says where the thing is now (OGC 18-088, 8.2.3).
    fn move_thing(&mut self, history: i64, thing: Option<i64>, at: vocab::Time) -> Result<(), Problem> {
        let Some(thing) = thing else { return Ok(()) };
        let latest = links::latest(self.tx, thing)?;
        if let Some((last, locations)) = latest
            && last <= at
            && !locations.is_empty()
            && links::is_at(self.tx, history)?
        {
            links::place(self.tx, thing, &locations)?;
            super::unsettle(self.tx, self.world, thing)?;
        }
        Ok(())
    }

    /// Notes an observation for the end of the transaction, and refuses now what would be refused then.
    fn observation(&mut self, mut posted: Posted, id: i64, of: Option<&Datastream>) -> Result<(), Problem> {
        let Some(datastream) = of else {
            let what = "an observation nested in a feature of interest";
            return Err(
                Problem::new(&BAD_ENTITY, what).hint("post it to its datastream, with a link to the feature")
            );
        };
        let incoming = posted.clone().incoming(id, datastream.class, self.by.now);
        let arrival = (0, self.world.mode, self.by.now);
        validate(&incoming, Some(&datastream.facts()), arrival, &self.world.limits).map_err(|refusal| {
            Problem::new(&REFUSED, format!("a nested observation: {}", refusal.word())).hint(refusal.hint())
        })?;
        features::about(self.tx, self.world, self.by, &mut posted, id)?;
        self.observations.push((id, posted));
        Ok(())
    }
}
