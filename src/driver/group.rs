//! Tasks that run concurrently, one step at a time: one that waits does not hold up the others.

use crate::driver::{Context, Progress, Step, Task};
use crate::payment::{Delivery, Millis, Stage};

/// The tasks, each with the moment at which it wants to continue.
#[derive(Clone, Debug)]
pub struct Group<T> {
    tasks: Vec<(Millis, T)>,
    /// The task whose request is in flight.
    asking: Option<usize>,
}

impl<T> Group<T> {
    /// Creates a group that begins with the first task.
    pub fn new(tasks: Vec<T>) -> Self {
        Self { tasks: tasks.into_iter().map(|task| (0, task)).collect(), asking: None }
    }

    fn next(&self) -> Option<(usize, Millis)> {
        let next = self.tasks.iter().enumerate().min_by_key(|(_, (due, _))| *due);
        next.map(|(at, (due, _))| (at, *due))
    }

    /// The task that acts next, or whose request is in flight, with the moment before which it does nothing.
    pub fn current(&self) -> Option<(&T, Millis)> {
        let at = self.asking.or_else(|| self.next().map(|(at, _)| at))?;
        self.tasks.get(at).map(|(due, task)| (task, *due))
    }

    /// The tasks that have not ended, each with the moment before which it does nothing.
    pub fn timed(&self) -> impl Iterator<Item = (Millis, &T)> {
        self.tasks.iter().map(|(due, task)| (*due, task))
    }

    /// The tasks that have not ended.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.tasks.iter().map(|(_, task)| task)
    }
}

impl<C: Context, T: Task<C>> Task<C> for Group<T> {
    /// The result of each task, one at a time; `None` when all have ended.
    type End = Option<T::End>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        let Some((at, due)) = self.next() else { return Step::Ended(None) };
        let (moment, task) = &mut self.tasks[at];
        if due > context.now() {
            return Step::Wait(due);
        }
        match task.step(context) {
            Step::Go => Step::Go,
            Step::Send(exchange) => {
                self.asking = Some(at);
                Step::Send(exchange)
            }
            Step::Wait(until) => {
                *moment = until;
                Step::Go
            }
            Step::Ended(end) => {
                self.tasks.remove(at);
                Step::Ended(Some(end))
            }
        }
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        if let Some((_, task)) = self.asking.take().and_then(|at| self.tasks.get_mut(at)) {
            task.hear(context, delivery);
        }
    }

    fn cancel(&mut self) {
        for (due, task) in &mut self.tasks {
            *due = 0;
            task.cancel();
        }
    }

    fn progress(&self, now: Millis) -> Progress {
        let last = self.iter().map(|task| task.progress(now)).max_by_key(|progress| match progress {
            Progress::Payment { deadline, .. } => *deadline,
            Progress::Rows { deadline, .. } => deadline.unwrap_or(now),
        });
        last.unwrap_or(Progress::Payment { stage: Stage::Ended, deadline: now, said: None })
    }
}
