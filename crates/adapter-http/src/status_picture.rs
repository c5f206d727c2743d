//! The status rules as a picture, drawn from the table in the domain.

use customers_domain::{CustomerStatus, TRANSITIONS, Transition};

/// Half of the width and of the height of a status's box.
const BOX: (f64, f64) = (72.0, 21.0);
/// Distance between an arrow's head and the box that it points to.
const GAP: f64 = 4.0;

/// The picture, without its arrows and boxes. It follows the color scheme of the system.
const FRAME: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400" width="800" height="400" role="img" aria-label="Status rules">
<style>
svg { --page: #ffffff; --panel: #f6f8fa; --text: #1a1f36; --muted: #545b6f; --line: #8790a5; --good: #0a7048; }
@media (prefers-color-scheme: dark) {
  svg { --page: #11131c; --panel: #1a1d29; --text: #edeff7; --muted: #a6adc0; --line: #6d7590; --good: #4cd69a; }
}
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: var(--text); text-anchor: middle; dominant-baseline: central; }
.page { fill: var(--page); }
.box { fill: var(--panel); stroke: var(--line); }
.good { stroke: var(--good); stroke-width: 2; }
.arrow { fill: none; stroke: var(--line); stroke-width: 1.5; marker-end: url(#head); }
.verb { font-size: 12px; fill: var(--muted); stroke: var(--page); stroke-width: 5px; paint-order: stroke; }
marker path { fill: var(--line); }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="page" width="800" height="400" rx="8"/>
"#;

/// Returns the picture as SVG. A green border marks the statuses in which a customer may transact.
pub(crate) fn svg() -> String {
    let arrows = TRANSITIONS.iter().map(arrows);
    let boxes = CustomerStatus::ALL.iter().copied().map(status_box);
    let parts: String = arrows.chain(boxes).collect();
    format!("{FRAME}{parts}</svg>\n")
}

/// The center of a status's box.
const fn center(status: CustomerStatus) -> (f64, f64) {
    match status {
        CustomerStatus::PendingKyc => (110.0, 110.0),
        CustomerStatus::InReview => (400.0, 110.0),
        CustomerStatus::Active => (690.0, 110.0),
        CustomerStatus::Rejected => (110.0, 250.0),
        CustomerStatus::ActionRequired => (400.0, 250.0),
        CustomerStatus::Suspended => (690.0, 250.0),
        CustomerStatus::Closed => (400.0, 350.0),
    }
}

fn status_box(status: CustomerStatus) -> String {
    let (x, y) = center(status);
    let class = if status.may_transact() {
        "box good"
    } else {
        "box"
    };
    let (left, top) = (x - BOX.0, y - BOX.1);
    let (width, height) = (2.0 * BOX.0, 2.0 * BOX.1);
    let name = status.as_str();
    format!(
        "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\
         <text x=\"{x}\" y=\"{y}\">{name}</text>\n"
    )
}

/// The arrows of a verb: one for each status that it starts from, or a single one if these are all others.
fn arrows(rule: &Transition) -> String {
    let verb = rule.verb.as_str();
    let end = center(rule.to);
    if rule.from.len() + 1 == CustomerStatus::ALL.len() {
        let start = (110.0, end.1);
        let note = format!(
            "<text x=\"{}\" y=\"{}\">any other status</text>\n",
            start.0, start.1
        );
        return note + &arrow(start, end, 0.0, verb);
    }
    let from = rule.from.iter().map(|from| {
        let start = center(*from);
        // An arrow in each direction, side by side; one that passes a box goes around it.
        let bend = if (end.0 - start.0).abs() > 400.0 {
            -75.0
        } else {
            -16.0
        };
        arrow(start, end, bend, verb)
    });
    from.collect()
}

/// An arrow between two boxes. It is bent to its right by `bend`, or to its left if that is negative.
fn arrow(start: (f64, f64), end: (f64, f64), bend: f64, label: &str) -> String {
    let (dx, dy) = (end.0 - start.0, end.1 - start.1);
    let length = dx.hypot(dy);
    let middle = |share: f64| {
        let x = f64::midpoint(start.0, end.0) - dy / length * bend * share;
        let y = f64::midpoint(start.1, end.1) + dx / length * bend * share;
        (x, y)
    };
    // The curve passes at half of the distance of its control point.
    let control = middle(2.0);
    let label_at = middle(1.0);
    let (x1, y1) = edge(start, control, 0.0);
    let (x2, y2) = edge(end, control, GAP);
    format!(
        "<path class=\"arrow\" d=\"M{x1:.1} {y1:.1}Q{:.1} {:.1} {x2:.1} {y2:.1}\"/>\
         <text class=\"verb\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>\n",
        control.0, control.1, label_at.0, label_at.1,
    )
}

/// The point on the border of a box, widened by `gap`, in the direction of another point.
fn edge(center: (f64, f64), toward: (f64, f64), gap: f64) -> (f64, f64) {
    let (dx, dy) = (toward.0 - center.0, toward.1 - center.1);
    let across = (BOX.0 + gap) / dx.abs();
    let down = (BOX.1 + gap) / dy.abs();
    let share = across.min(down);
    (center.0 + dx * share, center.1 + dy * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_every_status_and_every_verb() {
        let picture = svg();
        for status in CustomerStatus::ALL {
            assert!(picture.contains(&format!(">{}</text>", status.as_str())));
        }
        for rule in TRANSITIONS {
            let label = format!(">{}</text>", rule.verb.as_str());
            let shown = picture.matches(&label).count();
            assert!(shown == rule.from.len() || shown == 1, "{label}: {shown}");
        }
        assert!(!picture.contains("NaN") && !picture.contains("inf"));
    }
}
