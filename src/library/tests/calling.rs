//! Calls a function as the plan does.

use crate::library::{Function, Implementation, Value};
use crate::model::{Base, Constant};

/// An argument, and whether it is a constant of the mapping.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub value: Value<'static>,
    pub constant: Option<Constant>,
}

impl Argument {
    pub fn computed(value: Value<'static>) -> Argument {
        Argument { value, constant: None }
    }

    pub fn constant(constant: Constant) -> Argument {
        let value = match &constant {
            Constant::Text(text) => Value::from(text.clone()),
            Constant::Number(number) => Value::from(number.clone()),
            Constant::Boolean(value) => Value::from(*value),
            Constant::Null => Value::Null,
        };
        Argument { value, constant: Some(constant) }
    }
}

/// Failed and missing arguments go past the function, the others to it. Constants that are not allowed
/// are the error.
pub(super) fn call(function: &Function, arguments: &[Argument]) -> Result<Value<'static>, String> {
    let constants: Vec<Option<&Constant>> = arguments.iter().map(|argument| argument.constant.as_ref()).collect();
    let first = arguments.first().map_or(Base::Any, |argument| base(&argument.value));
    function.check_constants(&constants, &first).map_err(|(_, why)| why)?;
    let mut values: Vec<Value<'static>> = arguments.iter().map(|argument| argument.value.clone()).collect();
    if let Some(failed) = values.iter().find(|value| matches!(value, Value::Failed(_))) {
        return Ok(failed.clone());
    }
    if !function.takes_missing && values.iter().any(Value::is_missing) {
        return Ok(Value::Missing);
    }
    Ok(match function.implementation {
        Implementation::Plain(does) => does(&mut values),
        Implementation::Prepared(prepare) => prepare(&constants)?.call(&mut values),
    })
}

fn base(value: &Value<'_>) -> Base {
    match value {
        Value::Text(_) => Base::Text,
        Value::Number(_) | Value::Numeral(_) => Base::Decimal(None),
        Value::Date(_) => Base::Date,
        Value::Time(_) => Base::Time,
        Value::DateTime(_) => Base::DateTime,
        _ => Base::Any,
    }
}
