use serde::de::value::Error as ReadError;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Items, Members};
use super::node::{Absent, Node};
use crate::field_code::{DUPLICATE_FIELD, UNKNOWN_FIELD};
use crate::json::numbers::Number;
use crate::json::tree::Tree;

macro_rules! integers {
    ($($deserialize:ident $visit:ident;)*) => {$(
        fn $deserialize<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let integer = self.number().and_then(Number::to_integer);
            visitor.$visit(self.or_mismatch(integer))
        }
    )*};
}

impl<'t> Deserializer<'t> for Node<'_, 't, '_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'t>>(self, _: V) -> Result<V::Value, ReadError> {
        Err(ReadError::custom(
            "a request type may contain only strings, numbers, booleans, options, sequences, maps and structs",
        ))
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if let Some(Tree::Text(text)) = self.value {
            return visitor.visit_borrowed_str(text);
        }
        self.record_mismatch();
        visitor.visit_borrowed_str("")
    }

    fn deserialize_bool<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let value = match self.value {
            Some(Tree::Bool(value)) => Some(*value),
            _ => None,
        };
        visitor.visit_bool(self.or_mismatch(value))
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
        visitor.visit_f64(self.or_mismatch(float))
    }

    /// Reads a [`Number`] with its exact value. Any other newtype is read as its inner type.
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
            self.record_mismatch();
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
        self.record_mismatch();
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
                self.record_member(first.0, &DUPLICATE_FIELD);
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
                None => self.record_member(name, &UNKNOWN_FIELD),
                Some((_, Some(_))) => self.record_member(name, &DUPLICATE_FIELD),
                Some((_, slot)) => *slot = Some(value),
            }
        }
        if self.absent == Absent::IsSkipped {
            slots.retain(|(_, value)| value.is_some());
        }
        let members_are_missing = self.is_missing || members.is_none();
        visitor.visit_map(Members::new(
            &Node {
                is_missing: members_are_missing,
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
