//! A packed R-tree over boxes along a Hilbert curve (Kamel and Faloutsos, 1993). It does not change.

use crate::geometry::Bounds;

/// Children of a node: two lines of a processor's cache hold their boxes' first halves.
const FAN: usize = 16;

/// Boxes by level: those of the entries, in the order of the curve; then of each [`FAN`] of them; and so on to one.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    ids: Vec<i64>,
    levels: Vec<Vec<Bounds>>,
}

impl Packed {
    pub fn new(mut entries: Vec<(i64, Bounds)>) -> Packed {
        let Some(all) = entries.iter().map(|(_, bounds)| *bounds).reduce(Bounds::with) else {
            return Packed::default();
        };
        // The id makes the order, and with it the tree, the same for the same entries.
        entries.sort_by_cached_key(|(id, bounds)| (along_curve(bounds, &all), *id));
        let ids = entries.iter().map(|(id, _)| *id).collect();
        let mut levels = vec![entries.iter().map(|(_, bounds)| *bounds).collect::<Vec<_>>()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let nodes = below.chunks(FAN).filter_map(|nodes| nodes.iter().copied().reduce(Bounds::with));
            let nodes = nodes.collect();
            levels.push(nodes);
        }
        Packed { ids, levels }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (i64, Bounds)> {
        self.ids.iter().copied().zip(self.levels.first().into_iter().flatten().copied())
    }

    /// Shows the id of each box that meets this one to `f`, in no order.
    pub fn within(&self, bounds: &Bounds, mut f: impl FnMut(i64)) {
        let Some(top) = self.levels.len().checked_sub(1) else { return };
        let mut open = vec![(top, 0)];
        while let Some((level, node)) = open.pop() {
            if !self.levels[level][node].meets(bounds) {
                continue;
            }
            if level == 0 {
                f(self.ids[node]);
            } else {
                let last = ((node + 1) * FAN).min(self.levels[level - 1].len());
                open.extend((node * FAN..last).map(|child| (level - 1, child)));
            }
        }
    }
}

/// How far along a Hilbert curve through 65,536 × 65,536 cells of `all` the middle of a box lies.
fn along_curve(bounds: &Bounds, all: &Bounds) -> u64 {
    const SIDE: u32 = 1 << 16;
    let cell = |low: f64, high: f64, least: f64, most: f64| {
        let share = if most > least { ((low + high) / 2.0 - least) / (most - least) } else { 0.0 };
        // `as` stops at the ends.
        (share * f64::from(SIDE - 1)) as u32
    };
    let mut x = cell(bounds.west, bounds.east, all.west, all.east);
    let mut y = cell(bounds.south, bounds.north, all.south, all.north);
    let (mut far, mut half) = (0u64, SIDE / 2);
    while half > 0 {
        let (right, upper) = (u32::from(x & half > 0), u32::from(y & half > 0));
        far += u64::from(half) * u64::from(half) * u64::from((3 * right) ^ upper);
        // Turn the quarter so that the curve within it begins where the last one ended.
        if upper == 0 {
            if right == 1 {
                x = (SIDE - 1) - x;
                y = (SIDE - 1) - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        half /= 2;
    }
    far
}

#[cfg(test)]
mod tests;
