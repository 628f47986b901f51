//! One target made ready: whether it wants an event, and the request it makes of it.

use super::address::{Environment, Header, Url, is_token, write_key};
use super::answer::{AnswerCode, Learned};
use super::code::{Code, Items};
use super::compile::Compiler;
use super::error::PlanError;
use super::evaluate::{Entry, Local, Machine, Outcome, Stop};
use super::request::{Made, Refusal, Request, Route, Routed, Version};
use super::write::{self, BodyWriter};
use crate::library::Value;
use crate::library::value::Record;
use crate::model::Target;
use std::sync::OnceLock;

pub struct TargetCode {
    method: String,
    each: Option<Items>,
    when: Option<Code>,
    /// Whether `when` asks a crosswalk: it is decided when the event's turn has come.
    when_looks_up: bool,
    key: Vec<Code>,
    key_header: String,
    /// Where the URL, headers and body find the key.
    request: Option<u32>,
    order: Vec<Code>,
    newest: Option<Code>,
    url: Url,
    headers: Vec<Header>,
    body: Option<Box<dyn BodyWriter>>,
    answer: AnswerCode,
    locals: u32,
}

/// The items of a target, in its order: where each is found again without asking for the others.
pub enum Picks {
    /// Items of the event's list.
    Picked(Box<[Pick]>),
    /// The list is computed, and is computed again.
    Computed,
    /// There is no list.
    Ended(Ended),
}

pub enum Pick {
    Frame(u32),
    Ended(Ended),
}

/// A [`Stop`] that is kept.
pub enum Ended {
    Refused(Refusal),
    Skipped,
}

impl Ended {
    fn of(stop: Stop) -> Ended {
        match stop {
            Stop::Skip => Ended::Skipped,
            stop => Ended::Refused(refusal(stop)),
        }
    }

    fn stop<T>(&self) -> Outcome<T> {
        Err(Box::new(match self {
            Ended::Refused(refusal) => Stop::Refused(refusal.clone()),
            Ended::Skipped => Stop::Skip,
        }))
    }
}

/// When the question is put whether a target wants an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// At intake: what asks a crosswalk is left open.
    AtIntake,
    /// When the event's turn has come.
    InTurn,
}

/// Answers of a target, each with the item it is about.
pub type Answers<'e> = Vec<(Routed, Option<Entry<'e>>)>;

impl TargetCode {
    pub fn new<'m>(
        target: &'m Target,
        compiler: &mut Compiler<'m>,
        environment: &mut Vec<String>,
    ) -> Result<TargetCode, PlanError> {
        let name = match &target.name {
            Some(name) => format!("target {name}"),
            None => "target".to_owned(),
        };
        compiler.begin();
        compiler.at(&name);
        if target.method.is_empty() || !target.method.bytes().all(|b| b.is_ascii_uppercase()) {
            return compiler.error(format!("{:?} is no HTTP method", target.method));
        }
        if !is_token(&target.key_header) {
            return compiler.error(format!("{:?} is no name of a header", target.key_header));
        }
        compiler.at(format!("{name}, when"));
        let when = target.when.as_ref().map(|when| compiler.expression(when)).transpose()?;
        compiler.at(format!("{name}, each"));
        let each = match &target.each {
            Some(each) => {
                compiler.without_look_up(&each.list)?;
                each.filter.iter().try_for_each(|filter| compiler.without_look_up(filter))?;
                each.sort.iter().try_for_each(|sort| compiler.without_look_up(sort))?;
                Some(compiler.items(each.variable, &each.list, each.filter.as_ref(), each.sort.as_ref())?)
            }
            None => None,
        };
        compiler.at(format!("{name}, key"));
        let key = target.key.iter().map(|part| compiler.expression(part)).collect::<Result<_, _>>()?;
        compiler.at(format!("{name}, order by"));
        target.order_by.iter().chain(&target.newest_by).try_for_each(|value| compiler.without_look_up(value))?;
        let order = target.order_by.iter().map(|part| compiler.expression(part)).collect::<Result<_, _>>()?;
        compiler.at(format!("{name}, newest by"));
        let newest = target.newest_by.as_ref().map(|newest| compiler.expression(newest)).transpose()?;
        let request = target.request.map(|variable| compiler.bind_given(variable)).transpose()?;
        compiler.at(format!("{name}, url"));
        let url = Url::new(&target.url, compiler, environment)?;
        let mut headers = Vec::with_capacity(target.headers.len());
        for rule in &target.headers {
            compiler.at(format!("{name}, header {}", rule.name));
            headers.push(Header::new(rule, compiler, environment)?);
        }
        let body = target.body.as_ref().map(|body| write::compile(body, compiler)).transpose()?;
        let answer = AnswerCode::new(target, &name, compiler)?;
        Ok(TargetCode {
            method: target.method.clone(),
            each,
            when,
            when_looks_up: target.when.as_ref().is_some_and(|when| when.looks_up().is_some()),
            key,
            key_header: target.key_header.clone(),
            request,
            order,
            newest,
            url,
            headers,
            body,
            answer,
            locals: compiler.locals(),
        })
    }

    /// Whether the target wants the event; of one with `each` an answer for each item.
    pub fn route<'e>(&'e self, target: usize, asked: Asked, machine: &mut Machine<'e>) -> Answers<'e> {
        machine.begin(self.locals);
        let ended = |stop: Box<Stop>, item| (routed(*stop, target, item), None);
        if let Some(when) = &self.when
            && (asked == Asked::InTurn || !self.when_looks_up)
        {
            match machine.decide(when).map_err(|stop| stop.under("when")) {
                Ok(true) => {}
                Ok(false) => return Vec::new(),
                Err(stop) => return vec![ended(stop, None)],
            }
        }
        let Some(each) = &self.each else {
            return vec![match self.lane(target, None, machine) {
                Ok(route) => (Routed::To(route), None),
                Err(stop) => ended(stop, None),
            }];
        };
        let entries = match machine.entries(each).map_err(|stop| stop.under("each")) {
            Ok(entries) => entries,
            Err(stop) => return vec![ended(stop, None)],
        };
        let mut answers = Vec::with_capacity(entries.len());
        for (index, entry) in (0..).zip(entries) {
            let lane = entry.map_err(|stop| stop.under("each")).and_then(|entry| {
                machine.set(each.local, entry.clone().local());
                Ok((self.lane(target, Some(index), machine)?, entry))
            });
            answers.push(match lane {
                Ok((route, entry)) => (Routed::To(route), Some(entry)),
                Err(stop) => ended(stop, Some(index)),
            });
        }
        answers
    }

    fn lane<'e>(&'e self, target: usize, item: Option<u32>, machine: &mut Machine<'e>) -> Outcome<Route> {
        let order = write_key(&self.order, machine).map_err(|stop| stop.under("order by"))?;
        let version = match &self.newest {
            Some(newest) => version(newest, machine).map_err(|stop| stop.under("newest by"))?,
            None => None,
        };
        Ok(Route { target, item, order, version })
    }

    /// What the target, or one item of it, makes of the event when its turn has come.
    /// `picks` are those of the event, picked now if they were not.
    pub fn prepare<'e>(
        &'e self,
        item: Option<u32>,
        picks: Option<&OnceLock<Picks>>,
        machine: &mut Machine<'e>,
        environment: &Environment,
    ) -> Made {
        match self.wanted(item, picks, machine) {
            Ok(Some(entry)) => self.make(entry, machine, environment),
            Ok(None) => Made::Unwanted,
            Err(stop) => ended(*stop),
        }
    }

    /// `None` where `when` had been left open and does not hold.
    fn wanted<'e>(
        &'e self,
        item: Option<u32>,
        picks: Option<&OnceLock<Picks>>,
        machine: &mut Machine<'e>,
    ) -> Outcome<Option<Option<Entry<'e>>>> {
        machine.begin(self.locals);
        if let Some(when) = self.when.as_ref().filter(|_| self.when_looks_up)
            && !machine.decide(when).map_err(|stop| stop.under("when"))?
        {
            return Ok(None);
        }
        self.entry(item, picks, machine).map(Some)
    }

    /// The item of that index, as [`TargetCode::route`] counted it.
    fn entry<'e>(
        &'e self,
        item: Option<u32>,
        picks: Option<&OnceLock<Picks>>,
        machine: &mut Machine<'e>,
    ) -> Outcome<Option<Entry<'e>>> {
        let found = match (&self.each, item) {
            (None, None) => return Ok(None),
            (Some(each), Some(item)) => match picks.map(|picks| picks.get_or_init(|| pick(each, machine))) {
                Some(Picks::Picked(picks)) => match picks.get(item as usize) {
                    Some(Pick::Frame(frame)) => Ok(Entry::Frame(*frame)),
                    Some(Pick::Ended(ended)) => return ended.stop(),
                    None => Stop::reject(NO_ITEM),
                },
                Some(Picks::Ended(ended)) => return ended.stop(),
                Some(Picks::Computed) | None => machine.entries(each).and_then(|mut entries| {
                    if item as usize >= entries.len() {
                        return Stop::reject(NO_ITEM);
                    }
                    entries.swap_remove(item as usize)
                }),
            },
            (None, Some(_)) => Stop::reject("the target has no items"),
            (Some(_), None) => Stop::reject("an item must be named"),
        };
        found.map(Some).map_err(|stop| stop.under("each"))
    }

    /// The request for the event or, of a target with `each`, for the item.
    pub fn make<'e>(&'e self, entry: Option<Entry<'e>>, machine: &mut Machine<'e>, environment: &Environment) -> Made {
        machine.begin(self.locals);
        if let (Some(each), Some(entry)) = (&self.each, entry) {
            machine.set(each.local, entry.local());
        }
        match self.request(machine, environment) {
            Ok(request) => Made::Request(request),
            Err(stop) => ended(*stop),
        }
    }

    /// What the target's acceptance of the event, or of one item of it, changes in the crosswalks.
    pub fn learn<'e>(
        &'e self,
        item: Option<u32>,
        picks: Option<&OnceLock<Picks>>,
        body: &[u8],
        machine: &mut Machine<'e>,
    ) -> Outcome<Learned> {
        machine.begin(self.locals);
        if let (Some(each), Some(entry)) = (&self.each, self.entry(item, picks, machine)?) {
            machine.set(each.local, entry.local());
        }
        self.answer.learn(body, machine)
    }

    pub fn answer(&self) -> &AnswerCode {
        &self.answer
    }

    fn request<'e>(&'e self, machine: &mut Machine<'e>, environment: &Environment) -> Outcome<Request> {
        let key = write_key(&self.key, machine).map_err(|stop| stop.under("key"))?;
        if let Some(request) = self.request {
            let fields = [("key", Value::from(key.clone()))];
            machine.set(request, Local::Value(Value::Record(Record::Made(fields.into()))));
        }
        let url = self.url.write(machine, environment).map_err(|stop| stop.under("url"))?;
        let mut headers = Vec::with_capacity(2 + self.headers.len());
        headers.push((self.key_header.clone(), key.clone()));
        if let Some(body) = &self.body {
            headers.push(("Content-Type".to_owned(), body.content_type().to_owned()));
            headers.extend_from_slice(body.headers());
        }
        for header in &self.headers {
            let value = header.write(machine, environment).map_err(|stop| stop.under(&header.name))?;
            headers.push((header.name.clone(), value));
        }
        let mut json = false;
        let mut body = None;
        if let Some(writer) = &self.body {
            json = writer.is_json();
            let mut out = Vec::with_capacity(512);
            writer.write(machine, &mut out).map_err(|stop| stop.under("body"))?;
            body = Some(out);
        }
        Ok(Request { method: self.method.clone(), url, headers, key, body, json })
    }
}

fn version<'e>(newest: &'e Code, machine: &mut Machine<'e>) -> Outcome<Option<Version>> {
    let value = machine.evaluate(newest)?;
    Ok(Some(match value {
        Value::Missing | Value::Null => return Ok(None),
        Value::Failed(reason) => return Stop::reject(reason),
        Value::Number(_) | Value::Numeral(_) => Version::Number(machine.number(&value)?),
        Value::Duration(duration) => Version::Number(duration.seconds),
        Value::DateTime(at) => Version::Instant(at.nanoseconds()),
        Value::Time(time) => Version::Number(crate::model::number::Number::from(nanoseconds(time.value))),
        // a date's text sorts as the date does
        value => {
            let mut text = String::new();
            machine.push_plain(&value, &mut text)?;
            Version::Text(text)
        }
    }))
}

const NO_ITEM: &str = "the event has no such item";

/// Goes over the list once for all items.
fn pick<'e>(each: &'e Items, machine: &mut Machine<'e>) -> Picks {
    if !matches!(each.list, Code::Slot(_)) {
        return Picks::Computed;
    }
    let entries = match machine.entries(each).map_err(|stop| stop.under("each")) {
        Ok(entries) => entries,
        Err(stop) => return Picks::Ended(Ended::of(*stop)),
    };
    let mut picks = Vec::with_capacity(entries.len());
    for entry in entries {
        picks.push(match entry.map_err(|stop| stop.under("each")) {
            Ok(Entry::Frame(frame)) => Pick::Frame(frame),
            // the items of a list of the event are frames
            Ok(Entry::Value(_)) => return Picks::Computed,
            Err(stop) => Pick::Ended(Ended::of(*stop)),
        });
    }
    Picks::Picked(picks.into())
}

/// Nanoseconds of the day.
fn nanoseconds(time: jiff::civil::Time) -> i128 {
    let whole = i128::from(time.hour()) * 3600 + i128::from(time.minute()) * 60 + i128::from(time.second());
    whole * 1_000_000_000 + i128::from(time.subsec_nanosecond())
}

/// What a target that stopped made.
fn ended(stop: Stop) -> Made {
    match stop {
        Stop::Skip => Made::Skipped,
        stop => Made::Refused(refusal(stop)),
    }
}

fn routed(stop: Stop, target: usize, item: Option<u32>) -> Routed {
    match stop {
        Stop::Skip => Routed::Skipped { target, item },
        stop => Routed::Refused { target, item, refusal: refusal(stop) },
    }
}

pub fn refusal(stop: Stop) -> Refusal {
    match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Reject(reason) => Refusal::of_event(reason),
        Stop::Skip => Refusal::of_event("skipped"),
    }
}
