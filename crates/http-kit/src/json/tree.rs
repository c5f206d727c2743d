use std::borrow::Cow;
use std::{fmt, vec};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::numbers::{self, Number};

/// A JSON value as it was sent, with members in their order, including repeated ones.
#[derive(Debug, PartialEq)]
pub(super) enum Tree<'de> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'de, str>),
    Array(Vec<Tree<'de>>),
    Object(Vec<(Cow<'de, str>, Tree<'de>)>),
}

impl<'de> Tree<'de> {
    /// Parses exactly one value. Returns `None` if the bytes are not JSON.
    pub(super) fn parse(body: &'de [u8]) -> Option<Self> {
        let Some((body, numbers)) = numbers::extract_numbers(body) else {
            return serde_json::from_slice(body).ok();
        };
        let tree: Tree<'_> = serde_json::from_slice(&body).ok()?;
        Some(tree.with_numbers(&mut numbers.into_iter()))
    }

    /// Puts the numbers back in their order, and converts the tree to owned strings.
    fn with_numbers(self, numbers: &mut vec::IntoIter<Number>) -> Tree<'static> {
        match self {
            Self::Null => Tree::Null,
            Self::Bool(value) => Tree::Bool(value),
            Self::Number(zero) => Tree::Number(numbers.next().unwrap_or(zero)),
            Self::Text(text) => Tree::Text(Cow::Owned(text.into_owned())),
            Self::Array(items) => {
                let items = items.into_iter();
                Tree::Array(items.map(|item| item.with_numbers(numbers)).collect())
            }
            Self::Object(members) => Tree::Object(
                members
                    .into_iter()
                    .map(|(name, value)| {
                        (Cow::Owned(name.into_owned()), value.with_numbers(numbers))
                    })
                    .collect(),
            ),
        }
    }

    /// Appends a form in which equal JSON values are equal bytes, whatever the order of members. Each value starts with
    /// a tag, and each string with its length.
    pub(super) fn write_canonical(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(b'n'),
            Self::Bool(value) => out.push(if *value { b't' } else { b'f' }),
            Self::Number(number) => {
                out.push(b'd');
                write_text(number.as_str(), out);
            }
            Self::Text(text) => write_text(text, out),
            Self::Array(items) => {
                out.push(b'[');
                for item in items {
                    item.write_canonical(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
                for (name, value) in sorted {
                    write_text(name, out);
                    value.write_canonical(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b's');
    out.extend_from_slice(&(text.len() as u64).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Tree::Bool(value))
    }

    /// Replaces a number that was extracted.
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Tree::Number(Number::ZERO))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Tree::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = source.next_entry()? {
            members.push((name, value));
        }
        Ok(Tree::Object(members))
    }
}

/// The name of a member. It is borrowed from the body unless it contains an escape.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Tree::deserialize(deserializer)? {
            Tree::Text(name) => Ok(Self(name)),
            _ => Err(serde::de::Error::custom(
                "the name of a member must be a string",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number_of(token: &str) -> Number {
        let (_, mut numbers) = numbers::extract_numbers(token.as_bytes()).unwrap();
        numbers.remove(0)
    }

    fn canonical(body: &str) -> Vec<u8> {
        let mut out = Vec::new();
        Tree::parse(body.as_bytes())
            .unwrap()
            .write_canonical(&mut out);
        out
    }

    #[test]
    fn a_body_that_is_not_one_json_value_is_refused() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for bad in [
            "",
            " ",
            "{",
            "{} x",
            "{}{}",
            "\u{feff}{}",
            "{'a':1}",
            "{\"a\":1,}",
            "nul",
            "01",
            r#""\ud800""#,
            r#"["\udc00"]"#,
            r#"{"\ud800":1}"#,
            "\"\u{1}\"",
            &deep(128),
        ] {
            assert_eq!(Tree::parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(Tree::parse(b"\"\xff\""), None);
        assert_eq!(Tree::parse(b"[\"\xc3\x28\"]"), None);
        assert_eq!(Tree::parse(b"1e999x"), None);
        assert!(Tree::parse(deep(127).as_bytes()).is_some());
    }

    #[test]
    fn numbers_of_any_size_are_read() {
        for good in [
            "1e999",
            "-1E+999",
            "[1e999]",
            "{\"a\":1e999,\"b\":\"1e999\"}",
        ] {
            assert!(Tree::parse(good.as_bytes()).is_some(), "{good}");
        }
        let tree = Tree::parse(b"{\"a\":1e999,\"b\":\"\\\"1e999\"}").unwrap();
        let text = ("b".into(), Tree::Text("\"1e999".into()));
        let number = ("a".into(), Tree::Number(number_of("1e999")));
        assert_eq!(tree, Tree::Object(vec![number, text]));
    }

    #[test]
    fn texts_without_escapes_are_borrowed() {
        let tree = Tree::parse(br#"{"a":"b\n"}"#).unwrap();
        let Tree::Object(members) = tree else {
            panic!("not an object")
        };
        assert!(matches!(members[0].0, Cow::Borrowed("a")));
        assert_eq!(members[0].1, Tree::Text("b\n".into()));
    }

    #[test]
    fn equal_values_have_the_same_canonical_form_and_distinct_values_do_not() {
        let same = canonical(r#"{"a":"x","b":{"c":null,"d":"y"}}"#);
        assert_eq!(
            canonical(" { \"b\" : {\"d\":\"\\u0079\", \"c\":null}, \"\\u0061\":\"x\" } "),
            same
        );
        for other in [
            r#"{"a":"x","b":{"c":null,"d":"Y"}}"#,
            r#"{"a":"x","b":{"d":"y"}}"#,
            r#"{"a":"x","b":{"c":"","d":"y"}}"#,
            r#"{"a":"x","d":"y","b":{"c":null}}"#,
        ] {
            assert_ne!(canonical(other), same, "{other}");
        }
    }

    #[test]
    fn numbers_booleans_and_arrays_have_distinct_forms_and_equal_numbers_the_same() {
        let distinct = [
            "1",
            "2",
            "1e999",
            "1e1000",
            "true",
            "false",
            "null",
            "\"1\"",
            "[]",
            "[1]",
            "[[1]]",
            "[1,2]",
            "[2,1]",
            "{}",
            "{\"a\":[]}",
        ];
        let forms: std::collections::HashSet<_> = distinct.map(canonical).into();
        assert_eq!(forms.len(), distinct.len());
        assert_eq!(
            canonical(r#"{"a":[1,-0]}"#),
            canonical(r#"{"a":[1.0,0e7]}"#)
        );
    }
}
