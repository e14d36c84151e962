//! Who subscribed to what: a tree of levels, so that a message meets only the filters that could match it.

use std::collections::HashMap;

/// Who gets a message. `M` is whatever tells one subscriber from another.
#[derive(Debug)]
pub struct Leaf<M> {
    plain: Vec<M>,
    groups: Vec<Group<M>>,
}

/// Those who share a filter: each message goes to one of them.
#[derive(Debug)]
struct Group<M> {
    name: Box<str>,
    members: Vec<M>,
    turn: usize,
}

/// A member of a leaf.
pub trait Member {
    /// Whether it is the subscription of the same session.
    fn is_same(&self, other: &Self) -> bool;
    /// Whether it can take a message at once. One that cannot gets shared messages only when no other can.
    fn is_here(&self) -> bool;
}

impl<M> Default for Leaf<M> {
    fn default() -> Self {
        Leaf { plain: Vec::new(), groups: Vec::new() }
    }
}

impl<M: Member> Leaf<M> {
    /// Adds a member, or takes the place of its earlier subscription. Answers whether there was one.
    pub fn add(&mut self, share: Option<&str>, member: M) -> bool {
        let members = match share {
            None => &mut self.plain,
            Some(name) => {
                let at = self.groups.iter().position(|group| &*group.name == name);
                let at = at.unwrap_or_else(|| {
                    self.groups.push(Group { name: name.into(), members: Vec::new(), turn: 0 });
                    self.groups.len() - 1
                });
                &mut self.groups[at].members
            }
        };
        match members.iter_mut().find(|known| known.is_same(&member)) {
            Some(known) => {
                *known = member;
                true
            }
            None => {
                members.push(member);
                false
            }
        }
    }

    /// Answers whether there was one.
    pub fn remove(&mut self, share: Option<&str>, is: impl Fn(&M) -> bool) -> bool {
        let members = match share {
            None => Some(&mut self.plain),
            Some(name) => {
                self.groups.iter_mut().find(|group| &*group.name == name).map(|group| &mut group.members)
            }
        };
        let found = members.and_then(|members| {
            let at = members.iter().position(is)?;
            members.remove(at);
            Some(())
        });
        self.groups.retain(|group| !group.members.is_empty());
        found.is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.groups.is_empty()
    }

    /// Everybody who gets the next message: all who subscribed alone, one of each group in turn.
    pub fn chosen<'a>(&'a mut self, found: &mut Vec<&'a M>) {
        found.extend(&self.plain);
        for group in &mut self.groups {
            let count = group.members.len();
            let turns = (0..count).map(|step| (group.turn + step) % count);
            let here = turns.clone().find(|at| group.members[*at].is_here());
            if let Some(at) = here.or_else(|| turns.clone().next()) {
                group.turn = (at + 1) % count;
                found.push(&group.members[at]);
            }
        }
    }
}

#[derive(Debug)]
struct Node<M> {
    below: HashMap<Box<str>, Node<M>>,
    /// Of filters that end here.
    here: Leaf<M>,
    /// Of filters that go on with `#`.
    all: Leaf<M>,
}

impl<M> Default for Node<M> {
    fn default() -> Self {
        Node { below: HashMap::new(), here: Leaf::default(), all: Leaf::default() }
    }
}

impl<M: Member> Node<M> {
    fn is_empty(&self) -> bool {
        self.below.is_empty() && self.here.is_empty() && self.all.is_empty()
    }

    fn leaf(&mut self, path: &str) -> &mut Leaf<M> {
        let mut node = self;
        for level in path.split('/') {
            if level == "#" {
                return &mut node.all;
            }
            node = node.below.entry(level.into()).or_default();
        }
        &mut node.here
    }

    fn remove(&mut self, levels: &[&str], share: Option<&str>, is: &impl Fn(&M) -> bool) -> bool {
        match levels {
            [] => self.here.remove(share, is),
            ["#"] => self.all.remove(share, is),
            [level, rest @ ..] => {
                let Some(node) = self.below.get_mut(*level) else { return false };
                let found = node.remove(rest, share, is);
                if node.is_empty() {
                    self.below.remove(*level);
                }
                found
            }
        }
    }

    fn chosen<'a>(&'a mut self, levels: &[&str], is_reserved: bool, found: &mut Vec<&'a M>) {
        if !is_reserved {
            self.all.chosen(found);
        }
        let [level, rest @ ..] = levels else { return self.here.chosen(found) };
        // By its name and by `+`: 2^levels nodes in the worst case, and no more than there are subscriptions.
        let [named, any] = self.below.get_disjoint_mut([*level, "+"]);
        if let Some(node) = named {
            node.chosen(rest, false, found);
        }
        if let Some(node) = any.filter(|_| !is_reserved) {
            node.chosen(rest, false, found);
        }
    }
}

/// All subscriptions.
#[derive(Debug)]
pub struct Tree<M> {
    root: Node<M>,
}

impl<M> Default for Tree<M> {
    fn default() -> Self {
        Tree { root: Node::default() }
    }
}

impl<M: Member> Tree<M> {
    /// Answers whether the session had subscribed to it before.
    pub fn add(&mut self, path: &str, share: Option<&str>, member: M) -> bool {
        self.root.leaf(path).add(share, member)
    }

    /// Answers whether there was one.
    pub fn remove(&mut self, path: &str, share: Option<&str>, is: impl Fn(&M) -> bool) -> bool {
        let levels: Vec<&str> = path.split('/').collect();
        self.root.remove(&levels, share, &is)
    }

    /// Everybody who gets a message with this name.
    pub fn chosen(&mut self, topic: &str) -> Vec<&M> {
        let levels: Vec<&str> = topic.split('/').collect();
        let mut found = Vec::new();
        self.root.chosen(&levels, topic.starts_with('$'), &mut found);
        found
    }

    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }
}

#[cfg(test)]
mod tests;
