//! What the parser must do, by subject.

mod hostile;
mod mutation;
mod page;
mod shapes;
mod slips;

use super::parse;
use super::tree::*;
use crate::diagnostic::Diagnostic;
use crate::text::SourceFile;

fn read(text: &str) -> (SyntaxTree, Vec<Diagnostic>) {
    parse(&SourceFile::new("test.map", text), 0)
}

/// The tree of a text without mistakes.
fn tree(text: &str) -> SyntaxTree {
    let (tree, diagnostics) = read(text);
    let file = SourceFile::new("test.map", text);
    let said: Vec<String> = diagnostics
        .iter()
        .map(|d| {
            let (line, column) = file.line_column(d.primary.span.start as usize);
            format!("{line}:{column} {} {} | {:?} | {:?}", d.code, d.message, file.line(line), d.help)
        })
        .collect();
    assert!(said.is_empty(), "{}\nin\n{text}", said.join("\n"));
    tree
}

/// The lines of a map's block.
fn lines(text: &str) -> Vec<Line> {
    let tree = tree(&format!("map {{\n{text}\n}}"));
    match tree.items.into_iter().next() {
        Some(Item::Map(map)) => map.body.lines,
        other => panic!("no map but {other:?}"),
    }
}

/// The source of a rule, written out with all its parentheses.
fn source(text: &str) -> String {
    match lines(&format!("{text} -> x")).remove(0).kind {
        LineKind::Rule(rule) => shape(&rule.source),
        other => panic!("no rule but {other:?}"),
    }
}

/// An expression with a pair of brackets around each application.
fn shape(expr: &Expr) -> String {
    let all = |items: &[Expr]| items.iter().map(shape).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Field { base, name } => format!("{}.{}", shape(base), name.text),
        ExprKind::Index { base, index } => format!("{}[{}]", shape(base), shape(index)),
        ExprKind::Call { function, arguments } => format!("{}({})", function.text, all(arguments)),
        ExprKind::Number(number) => number.clone(),
        ExprKind::Quantity { number, unit } => format!("<{number} {}>", unit.text),
        ExprKind::Text(parts) => format!("{:?}", parts.iter().map(part).collect::<Vec<_>>().concat()),
        ExprKind::Regex(pattern) => format!("/{pattern}/"),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::Null => "null".into(),
        ExprKind::List(items) => format!("list[{}]", all(items)),
        ExprKind::Record(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}: {}", name.text, shape(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        ExprKind::Tuple(items) => format!("tuple({})", all(items)),
        ExprKind::Comprehension { yields, each } => {
            let mut text = format!("[{} each {} in {}", shape(yields), each.binder.text, shape(&each.list));
            text.extend(each.filter.as_ref().map(|filter| format!(" where {}", shape(filter))));
            text.extend(each.sort.as_ref().map(|sort| format!(" by {}", shape(sort))));
            text + "]"
        }
        ExprKind::Convert { value, unit, by } => {
            let by = by.as_ref().map(|by| format!(" by {}", shape(by))).unwrap_or_default();
            format!("({} in {}{by})", shape(value), unit.text)
        }
        ExprKind::Negate(value) => format!("(-{})", shape(value)),
        ExprKind::Not(value) => format!("(not {})", shape(value)),
        ExprKind::Binary { operator, left, right, .. } => format!("({} {operator:?} {})", shape(left), shape(right)),
        ExprKind::OneOf { value, list } => format!("({} oneof {})", shape(value), shape(list)),
        ExprKind::Between { value, low, high } => format!("({} between {}..{})", shape(value), shape(low), shape(high)),
        ExprKind::Pipe { value, stage } => {
            let column = stage.column.as_ref().map(|column| format!(".{}", column.text)).unwrap_or_default();
            let arguments = stage.arguments.as_ref().map(|items| format!("({})", all(items))).unwrap_or_default();
            format!("({} | {}{column}{arguments})", shape(value), stage.name.text)
        }
        ExprKind::Coalesce { value, fallback, .. } => format!("({} ?? {})", shape(value), shape(fallback)),
        ExprKind::Rescue { value, fallback, .. } => format!("({} !! {})", shape(value), shape(fallback)),
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} then {} else {})", shape(condition), shape(then), shape(otherwise))
        }
        ExprKind::Match { subject, arms } => {
            let arms: Vec<String> =
                arms.iter().map(|arm| format!("{} -> {}", pattern(&arm.pattern), shape(&arm.value))).collect();
            format!("match {} {{{}}}", shape(subject), arms.join("; "))
        }
        ExprKind::Reject(reason) => format!("reject {}", shape(reason)),
        ExprKind::Skip => "SKIP".into(),
        ExprKind::Missing => "MISSING".into(),
        ExprKind::Group(inner) => format!("group({})", shape(inner)),
        ExprKind::Hole => "HOLE".into(),
        ExprKind::Error => "ERROR".into(),
    }
}

fn part(part: &Part) -> String {
    match part {
        Part::Literal { value, .. } => value.clone(),
        Part::Hole { value, width, .. } => {
            let width =
                width.as_ref().map(|width| format!(":{}{}", if width.right_aligned { ">" } else { "" }, width.columns));
            format!("⟨{}{}⟩", shape(value), width.unwrap_or_default())
        }
    }
}

fn pattern(of: &Pattern) -> String {
    let all = |items: &[Pattern], sign: &str| items.iter().map(pattern).collect::<Vec<_>>().join(sign);
    match of {
        Pattern::Any(_) => "_".into(),
        Pattern::Value(expr) => shape(expr),
        Pattern::Tuple(items, _) => format!("({})", all(items, ", ")),
        Pattern::Several(items, _) => all(items, " | "),
        Pattern::Missing(_) => "MISSING".into(),
    }
}
