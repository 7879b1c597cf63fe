//! What is to be set, taken apart into single places and values.

use serde_json::{Map, Value};

use super::place::{self, Place, SECURITY_ATTRIBUTES};
use super::{Assignment, Rules, value};
use crate::cloud::Service;
use crate::error::Error;
use crate::filter::Resource;

/// One place and its value; null clears.
pub(super) struct Leaf {
    /// The name that the user gave, for errors.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

/// Takes assignments apart: an extension, a complex attribute or a list of typed values becomes its parts.
pub(super) fn leaves(
    rules: Rules,
    resource: Resource,
    assignments: &[Assignment],
) -> Result<Vec<Leaf>, Error> {
    let apart = Apart { rules, resource };
    let mut leaves = Vec::new();
    for Assignment { name, value } in assignments {
        let place = Place::find(rules, resource, name)?;
        apart.take(name, place, value.clone(), &mut leaves)?;
    }
    Ok(leaves)
}

struct Apart {
    rules: Rules,
    resource: Resource,
}

impl Apart {
    fn take(&self, name: &str, place: Place, value: Value, leaves: &mut Vec<Leaf>) -> Result<(), Error> {
        let value = match value {
            Value::Object(parts) => {
                if place.name.is_none() {
                    return self.parts(&place, parts, leaves);
                }
                let element = place.which.is_some() && place.sub.is_none();
                let complex = place
                    .known
                    .is_some_and(|row| row.kind == "complex" && !row.multi_valued);
                if element || complex {
                    return self.parts(&place, parts, leaves);
                }
                if place.is_many() {
                    return self.elements(name, &place, vec![Value::Object(parts)], leaves);
                }
                Value::Object(parts)
            }
            Value::Array(items) if place.is_many() => return self.elements(name, &place, items, leaves),
            Value::Null
                if self.rules.service == Service::Entra && place.is_many() && place.types().is_some() =>
            {
                return self.elements(name, &place, Vec::new(), leaves);
            }
            // A manager or an address by its value alone.
            plain @ (Value::String(_) | Value::Number(_)) if self.has_value(&place) => {
                let inner = place.inside(self.rules, self.resource, "value")?;
                return self.take(name, inner, plain, leaves);
            }
            plain => plain,
        };
        let place = place.attribute_of_version(self.rules, self.resource);
        if place.name.is_none() {
            return Err(value::wrong(
                name,
                &value,
                "an object with the extension's attributes",
            ));
        }
        let value = value::typed(self.rules, name, &place, value)?;
        leaves.push(Leaf {
            name: name.to_owned(),
            place,
            value,
        });
        Ok(())
    }

    fn parts(&self, place: &Place, parts: Map<String, Value>, leaves: &mut Vec<Leaf>) -> Result<(), Error> {
        let sets = place.name.is_none() && place.schema.as_deref() == Some(SECURITY_ATTRIBUTES);
        for (part, value) in parts {
            // The type is what chose the element.
            if part.eq_ignore_ascii_case("type") && place.which.is_some() {
                continue;
            }
            if let (true, Value::Object(attributes)) = (sets, &value) {
                for (attribute, value) in attributes {
                    let name = format!("{SECURITY_ATTRIBUTES}:{part}.{attribute}");
                    let inner = Place::find(self.rules, self.resource, &name)?;
                    self.take(&name, inner, value.clone(), leaves)?;
                }
                continue;
            }
            let inner = place.inside(self.rules, self.resource, &part)?;
            self.take(&inner.to_string(), inner, value, leaves)?;
        }
        Ok(())
    }

    /// The values of a multi-valued attribute: on Entra each typed one is a place of its own, and the types that are not
    /// among them are cleared, so that the attribute has just these.
    fn elements(
        &self,
        name: &str,
        place: &Place,
        items: Vec<Value>,
        leaves: &mut Vec<Leaf>,
    ) -> Result<(), Error> {
        let Some(types) = place.types().filter(|_| self.rules.service == Service::Entra) else {
            let value = value::typed(self.rules, name, place, self.members(place, items))?;
            leaves.push(Leaf {
                name: name.to_owned(),
                place: place.clone(),
                value,
            });
            return Ok(());
        };
        let mut left = types.clone();
        for item in items {
            let kind = item.get("type").and_then(Value::as_str).map(str::to_owned);
            let kind = match (kind, types.as_slice()) {
                (Some(kind), _) => kind,
                (None, [only]) => (*only).to_owned(),
                (None, _) => {
                    return Err(value::wrong(
                        name,
                        &item,
                        &format!("values with a type: {}", types.join(" or ")),
                    ));
                }
            };
            if kind.eq_ignore_ascii_case("proxyAddress") {
                return Err(place::read_only(&format!("{name}[proxyAddress]")));
            }
            let Some(at) = left.iter().position(|known| known.eq_ignore_ascii_case(&kind)) else {
                let wanted = match types.iter().any(|known| known.eq_ignore_ascii_case(&kind)) {
                    true => "one value of each type".to_owned(),
                    false => format!("values of type {}", types.join(" or ")),
                };
                return Err(value::wrong(name, &item, &wanted));
            };
            let element = Place {
                which: place::typed(left.remove(at)),
                ..place.clone()
            };
            self.take(&format!("{name}[{kind}]"), element, item, leaves)?;
        }
        for kind in left {
            leaves.push(Leaf {
                name: format!("{name}[{kind}]"),
                place: Place {
                    which: place::typed(kind),
                    ..place.clone()
                },
                value: Value::Null,
            });
        }
        Ok(())
    }

    /// Members may be given as bare ids.
    fn members(&self, place: &Place, items: Vec<Value>) -> Value {
        let complex = place.whole.is_some_and(|row| row.kind == "complex");
        let whole = |item| match item {
            Value::String(id) if complex => Value::Object(Map::from_iter([("value".to_owned(), id.into())])),
            other => other,
        };
        items.into_iter().map(whole).collect()
    }

    /// Whether the place is complex and has a part `value` that stands for it.
    fn has_value(&self, place: &Place) -> bool {
        let Some(whole) = place
            .known
            .filter(|row| row.kind == "complex" && row.sub.is_none())
        else {
            return false;
        };
        (place.which.is_some() || !whole.multi_valued)
            && place::rows(self.rules, self.resource)
                .any(|row| row.is_part_of(whole) && row.sub == Some("value"))
    }
}
