use std::cell::RefCell;

use serde::de::value::Error as ReadError;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::numbers::Number;
use super::tree::Tree;
use crate::field_code::{DUPLICATE_FIELD, FieldCode, MISSING, UNKNOWN_FIELD, WRONG_TYPE};
use crate::problem::{FieldErrors, push_segment};

/// Lays a tree against a request type and notes every misfit.
///
/// # Errors
/// The misfits, if there are any. They are complete: reading goes on after each with an empty value in
/// the gap, which the caller never sees.
pub(super) fn read<'t, T: Deserialize<'t>>(
    tree: &'t Tree<'_>,
    absent: Absent,
) -> Result<T, FieldErrors> {
    let errors = RefCell::default();
    let request = T::deserialize(Node {
        value: Some(tree),
        place: Place::Root,
        errors: &errors,
        absent,
        is_gap: false,
    });
    let errors = errors.into_inner();
    match request {
        Ok(request) if errors.is_empty() => Ok(request),
        _ => Err(errors),
    }
}

/// What a member means that is not there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Absent {
    /// The same as null: a gap, which a required member may not be.
    IsNull,
    /// That nothing is said of it, as in an edit (RFC 7396).
    IsSkipped,
}

/// Where a value stands. Places are chained on the stack, so that a pointer is only spelt out for a
/// misfit.
#[derive(Clone, Copy)]
enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
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

/// A value, or the gap where one should be. Nothing is noted of what would be inside a gap.
struct Node<'p, 't, 'b> {
    value: Option<&'t Tree<'b>>,
    place: Place<'p>,
    errors: &'p RefCell<FieldErrors>,
    absent: Absent,
    is_gap: bool,
}

impl<'t, 'b> Node<'_, 't, 'b> {
    fn note(&self, code: &FieldCode) {
        if !self.is_gap {
            self.errors.borrow_mut().note(&self.place.pointer(), code);
        }
    }

    fn note_member(&self, name: &str, code: &FieldCode) {
        let pointer = Place::Member(&self.place, name).pointer();
        self.errors.borrow_mut().note(&pointer, code);
    }

    fn note_misfit(&self) {
        let absent = matches!(self.value, None | Some(Tree::Null));
        self.note(match self.place {
            Place::Member(..) if absent => &MISSING,
            _ => &WRONG_TYPE,
        });
    }

    fn number(&self) -> Option<&'t Number> {
        match self.value {
            Some(Tree::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// The value, or after noting the misfit one that stands for it.
    fn or_misfit<T: Default>(&self, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.note_misfit();
            T::default()
        })
    }

    fn members(&self) -> Option<&'t [(std::borrow::Cow<'b, str>, Tree<'b>)]> {
        if let Some(Tree::Object(members)) = self.value {
            return Some(members);
        }
        self.note_misfit();
        None
    }
}

macro_rules! integers {
    ($($deserialize:ident $visit:ident;)*) => {$(
        fn $deserialize<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let integer = self.number().and_then(Number::to_integer);
            visitor.$visit(self.or_misfit(integer))
        }
    )*};
}

impl<'t> Deserializer<'t> for Node<'_, 't, '_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'t>>(self, _: V) -> Result<V::Value, ReadError> {
        Err(ReadError::custom(
            "a request type holds strings, numbers, booleans, options, sequences, maps and structs only",
        ))
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if let Some(Tree::Text(text)) = self.value {
            return visitor.visit_borrowed_str(text);
        }
        self.note_misfit();
        visitor.visit_borrowed_str("")
    }

    fn deserialize_bool<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let value = match self.value {
            Some(Tree::Bool(value)) => Some(*value),
            _ => None,
        };
        visitor.visit_bool(self.or_misfit(value))
    }

    integers! {
        deserialize_i8 visit_i8; deserialize_i16 visit_i16; deserialize_i32 visit_i32;
        deserialize_i64 visit_i64; deserialize_i128 visit_i128;
        deserialize_u8 visit_u8; deserialize_u16 visit_u16; deserialize_u32 visit_u32;
        deserialize_u64 visit_u64; deserialize_u128 visit_u128;
    }

    fn deserialize_f32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let float = self.number().and_then(Number::to_float);
        visitor.visit_f64(self.or_misfit(float))
    }

    /// A [`Number`] with its exact value; any other newtype is what it wraps.
    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name != Number::TOKEN {
            return visitor.visit_newtype_struct(self);
        }
        let number = self.number();
        if number.is_none() {
            self.note_misfit();
        }
        visitor.visit_str(number.unwrap_or(&Number::ZERO).as_str())
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if let Some(Tree::Array(items)) = self.value {
            return visitor.visit_seq(Items {
                array: &self,
                rest: items.iter().enumerate(),
            });
        }
        self.note_misfit();
        visitor.visit_seq(Items {
            array: &self,
            rest: [].iter().enumerate(),
        })
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.value {
            None | Some(Tree::Null) => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let mut slots: Vec<(&'t str, Option<&'t Tree<'_>>)> = Vec::new();
        for (name, value) in self.members().unwrap_or_default() {
            slots.push((name, Some(value)));
        }
        slots.sort_by_key(|(name, _)| *name);
        slots.dedup_by(|later, first| {
            let repeated = later.0 == first.0;
            if repeated {
                self.note_member(first.0, &DUPLICATE_FIELD);
            }
            repeated
        });
        visitor.visit_map(Members::new(&self, slots))
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let members = self.members();
        let mut slots: Vec<_> = fields.iter().map(|field| (*field, None)).collect();
        for (name, value) in members.unwrap_or_default() {
            match slots.iter_mut().find(|(field, _)| field == name) {
                None => self.note_member(name, &UNKNOWN_FIELD),
                Some((_, Some(_))) => self.note_member(name, &DUPLICATE_FIELD),
                Some((_, slot)) => *slot = Some(value),
            }
        }
        if self.absent == Absent::IsSkipped {
            slots.retain(|(_, value)| value.is_some());
        }
        let inside_is_gap = self.is_gap || members.is_none();
        visitor.visit_map(Members::new(
            &Node {
                is_gap: inside_is_gap,
                ..self
            },
            slots,
        ))
    }

    forward_to_deserialize_any! {
        <W: Visitor<'t>>
        char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

/// The items of an array.
struct Items<'n, 'p, 't, 'b> {
    array: &'n Node<'p, 't, 'b>,
    rest: std::iter::Enumerate<std::slice::Iter<'t, Tree<'b>>>,
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
            place: Place::Item(&self.array.place, index),
            ..*self.array
        };
        seed.deserialize(item).map(Some)
    }
}

/// The members of an object, one slot for each name that is asked for.
struct Members<'n, 'p, 't, 'b> {
    object: &'n Node<'p, 't, 'b>,
    rest: std::vec::IntoIter<(&'t str, Option<&'t Tree<'b>>)>,
    next: Option<(&'t str, Option<&'t Tree<'b>>)>,
}

impl<'n, 'p, 't, 'b> Members<'n, 'p, 't, 'b> {
    fn new(object: &'n Node<'p, 't, 'b>, slots: Vec<(&'t str, Option<&'t Tree<'b>>)>) -> Self {
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
        let (name, value) = self
            .next
            .take()
            .ok_or_else(|| ReadError::custom("a value was asked for before its name"))?;
        seed.deserialize(Node {
            value,
            place: Place::Member(&self.object.place, name),
            errors: self.object.errors,
            absent: self.object.absent,
            is_gap: self.object.is_gap,
        })
    }
}

#[cfg(test)]
mod tests;
