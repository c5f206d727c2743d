use crate::problem::push_segment;

/// Location of a value. Locations are chained on the stack, so that a pointer is only built for an error.
#[derive(Clone, Copy)]
pub(super) enum Location<'p> {
    Root,
    Member(&'p Location<'p>, &'p str),
    Item(&'p Location<'p>, usize),
}

impl Location<'_> {
    pub(super) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, name) => {
                let mut pointer = parent.pointer();
                push_segment(&mut pointer, name);
                pointer
            }
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}
