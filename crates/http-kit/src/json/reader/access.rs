use serde::de::value::Error as ReadError;
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess};

use super::location::Location;
use super::node::Node;
use crate::json::tree::Tree;

/// The items of an array.
pub(super) struct Items<'n, 'p, 't, 'b> {
    pub(super) array: &'n Node<'p, 't, 'b>,
    pub(super) rest: std::iter::Enumerate<std::slice::Iter<'t, Tree<'b>>>,
}

impl<'t> SeqAccess<'t> for Items<'_, '_, 't, '_> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'t>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ReadError> {
        let Some((index, item)) = self.rest.next() else {
            return Ok(None);
        };
        let item = Node {
            value: Some(item),
            location: Location::Item(&self.array.location, index),
            ..*self.array
        };
        seed.deserialize(item).map(Some)
    }
}

/// The members of an object, with one slot for each expected name.
pub(super) struct Members<'n, 'p, 't, 'b> {
    object: &'n Node<'p, 't, 'b>,
    rest: std::vec::IntoIter<(&'t str, Option<&'t Tree<'b>>)>,
    next: Option<(&'t str, Option<&'t Tree<'b>>)>,
}

impl<'n, 'p, 't, 'b> Members<'n, 'p, 't, 'b> {
    pub(super) fn new(
        object: &'n Node<'p, 't, 'b>,
        slots: Vec<(&'t str, Option<&'t Tree<'b>>)>,
    ) -> Self {
        Self {
            object,
            rest: slots.into_iter(),
            next: None,
        }
    }
}

impl<'t> MapAccess<'t> for Members<'_, '_, 't, '_> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        self.next = self.rest.next();
        match self.next {
            None => Ok(None),
            Some((name, _)) => seed.deserialize(name.into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let (name, value) = self.next.take().ok_or_else(|| {
            ReadError::custom("the value of a member was requested before its name")
        })?;
        seed.deserialize(Node {
            value,
            location: Location::Member(&self.object.location, name),
            errors: self.object.errors,
            absent: self.object.absent,
            is_missing: self.object.is_missing,
        })
    }
}
