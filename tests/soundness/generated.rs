//! Mappings and events at random, held to the promise together.

use crate::corpus::NoFiles;
use crate::event::Event;
use crate::mapping::{self, Draft};
use crate::random::Random;
use crate::verdict::{Subject, Tally};
use hms_sync::diagnostic::Severity;
use hms_sync::model::{EventShape, Mapping, RecordType, Type, mapc};
use std::collections::BTreeMap;

/// Events of each mapping.
const EVENTS: usize = 20;

/// Pairs of a run without further wishes.
const PAIRS: usize = 10_000;

/// What the compiler said of one text.
enum Answer {
    Mapping(Box<Mapping>),
    /// The byte and the words of the first error.
    Refused(usize, String),
}

fn compile(text: &str) -> Answer {
    let compilation = hms_sync::compile("m.map", text.as_bytes(), &NoFiles).expect("a short text");
    match compilation.checked {
        Some(checked) => Answer::Mapping(Box::new(checked.into_mapping())),
        None => {
            let mut errors = compilation.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
            let error = errors.next().expect("no mapping without an error");
            let at = error.primary.span.range();
            let quoted = text.get(at.clone()).unwrap_or_default();
            Answer::Refused(at.start, format!("{} {} at `{quoted}`", error.code.as_str(), error.message))
        }
    }
}

/// What happened to the mappings that were written.
#[derive(Default)]
struct Acceptance {
    written: usize,
    accepted: usize,
    lines: usize,
    dropped: usize,
    refusals: BTreeMap<String, (usize, String)>,
}

impl Acceptance {
    /// The mapping of the draft, without the parts that the checker refuses.
    fn accepted(&mut self, draft: &mut Draft) -> Option<Mapping> {
        let careful = usize::from(!draft.careless);
        self.written += careful;
        self.lines += careful * draft.root.ways().len();
        for _ in 0..if draft.careless { 40 } else { 12 } {
            let text = draft.root.text();
            match compile(&text) {
                Answer::Mapping(mapping) => {
                    self.accepted += careful;
                    return Some(*mapping);
                }
                Answer::Refused(at, why) => {
                    let line = text[..at].lines().count().max(1) - usize::from(text[..at].ends_with('\n'));
                    let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_owned();
                    let key = why.split('`').next().unwrap_or_default().chars().take(60).collect();
                    if careful == 0 {
                        let way = draft.root.at(at)?;
                        draft.root = draft.root.without(&way);
                        continue;
                    }
                    self.refusals.entry(key).or_insert((0, format!("{why}\n      {shown}"))).0 += 1;
                    let way = draft.root.at(at)?;
                    draft.root = draft.root.without(&way);
                    self.dropped += 1;
                }
            }
        }
        None
    }
}

/// As declared, but for what only texts have.
fn shape(record: &RecordType) -> RecordType {
    let fields = record.fields.iter().map(|field| {
        let mut field = field.clone();
        field.ty = shape_of(&field.ty);
        field
    });
    RecordType { name: None, fields: fields.collect() }
}

fn shape_of(ty: &Type) -> Type {
    use hms_sync::model::Base;
    let base = match &ty.base {
        Base::Record(record) => Base::Record(shape(record)),
        Base::List(item) => Base::List(Box::new(shape_of(item))),
        Base::Dictionary(item) => Base::Dictionary(Box::new(shape_of(item))),
        other => other.clone(),
    };
    Type { base, ..ty.clone() }
}

#[test]
fn generated_mappings_take_every_event_of_their_shape() {
    let seed = crate::seed();
    let pairs = std::env::var("HMS_SYNC_SOUNDNESS_PAIRS").ok();
    let pairs: usize = pairs.map_or(PAIRS, |text| text.parse().expect("HMS_SYNC_SOUNDNESS_PAIRS is a whole number"));
    let show = std::env::var_os("HMS_SYNC_SOUNDNESS_SHOW").is_some();
    let mut acceptance = Acceptance::default();
    let mut tally = Tally::default();
    let mut done = 0;
    let mut number = 0;
    let mut broken = Vec::new();
    while done < pairs && broken.len() < 10 {
        number += 1;
        let mut random = Random::part(seed, number);
        let mut draft = mapping::draft(&mut random);
        let Some(mapping) = acceptance.accepted(&mut draft) else { continue };
        if let Err(why) = hold(&mapping, &draft, &mut random, &mut tally) {
            broken.push(format!("══ mapping {number} of seed {seed}\n{}", shrunk(draft, why)));
        }
        done += EVENTS;
    }
    let shares = format!(
        "{} of {} mappings accepted, {} of {} parts dropped; {:?}",
        acceptance.accepted, acceptance.written, acceptance.dropped, acceptance.lines, tally.counts
    );
    println!("{shares}");
    if show {
        let mut refusals: Vec<_> = acceptance.refusals.iter().collect();
        refusals.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (key, (count, example)) in refusals {
            println!("{count:5} {key}\n      {example}");
        }
    }
    assert!(broken.is_empty(), "{}\n{shares}", broken.join("\n"));
    assert!(acceptance.accepted * 100 >= acceptance.written * 95, "{shares}");
    assert!(acceptance.dropped * 100 <= acceptance.lines * 5, "{shares}");
}

/// What broke the promise.
struct Broken {
    event: Option<Box<Event>>,
    why: String,
}

fn hold(mapping: &Mapping, draft: &Draft, random: &mut Random, tally: &mut Tally) -> Result<(), Broken> {
    let declared = EventShape { strict: mapping.event.strict, record: shape(&draft.event) };
    let found = EventShape { strict: mapping.event.strict, record: shape(&mapping.event.record) };
    for field in &found.record.fields {
        // A part that the checker refused is declared no more.
        let declared = declared.record.field(&field.name);
        if declared.is_some_and(|declared| declared.ty != field.ty) {
            let why = format!("{declared:?} was declared, but is read as {:?}", field.ty);
            return Err(Broken { event: None, why });
        }
    }
    let stored = mapc::write(mapping);
    if mapc::read(&stored).as_ref() != Ok(mapping) {
        return Err(Broken { event: None, why: "what is stored of it is read as another mapping".to_owned() });
    }
    let subject = Subject::new(mapping).map_err(|why| Broken { event: None, why })?;
    for _ in 0..EVENTS {
        let event = subject.events.event(random);
        subject.hold(&event, tally).map_err(|why| Broken { event: Some(Box::new(event.clone())), why })?;
    }
    Ok(())
}

/// The smallest mapping found that breaks the promise in the same way, with its event.
fn shrunk(mut draft: Draft, mut broken: Broken) -> String {
    let kind = |why: &str| why.chars().take(32).collect::<String>();
    let wanted = kind(&broken.why);
    let mut again = true;
    while again {
        again = false;
        for way in draft.root.ways() {
            let smaller = Draft { root: draft.root.without(&way), ..draft.clone() };
            let Answer::Mapping(mapping) = compile(&smaller.root.text()) else { continue };
            let outcome = retry(&mapping, &smaller, &broken);
            if let Some(found) = outcome.filter(|found| kind(&found.why) == wanted) {
                (draft, broken, again) = (smaller, found, true);
                break;
            }
        }
    }
    let event =
        broken.event.map_or_else(String::new, |event| format!("event {}\nmeta {:?}\n", event.text(), event.envelope));
    format!("{}{event}{}", draft.root.text(), broken.why)
}

/// The same event first, then some of its own.
fn retry(mapping: &Mapping, draft: &Draft, broken: &Broken) -> Option<Broken> {
    let mut tally = Tally::default();
    if let Some(event) = &broken.event {
        let subject = Subject::new(mapping).ok()?;
        return match subject.hold(event, &mut tally) {
            Ok(_) => None,
            Err(why) => Some(Broken { event: Some(event.clone()), why }),
        };
    }
    hold(mapping, draft, &mut Random::new(1), &mut tally).err()
}
