//! Facts that only the caller knows about a bill: where the customer sits, and who serves them.

use crate::protocol::request::ParamError;

/// Values for the placeholders of the same names. An empty value counts as not given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Placeholders {
    tableno: String,
    table: String,
    staff: String,
}

impl Placeholders {
    /// No values.
    pub const NONE: Self = Self { tableno: String::new(), table: String::new(), staff: String::new() };

    /// Sets a placeholder by name; returns false if the placeholder is unknown. Receipts may not contain
    /// control characters.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, ParamError> {
        let Some(place) = self.place(name) else { return Ok(false) };
        if value.chars().any(char::is_control) {
            return Err(ParamError::Control(name.to_owned()));
        }
        value.clone_into(place);
        Ok(true)
    }

    fn place(&mut self, name: &str) -> Option<&mut String> {
        match name {
            "tableno" => Some(&mut self.tableno),
            "table" => Some(&mut self.table),
            "staff" => Some(&mut self.staff),
            _ => None,
        }
    }

    /// Fills in the values of `kept` where none is given here.
    pub fn or(&self, kept: &Self) -> Self {
        let of = |given: &String, kept: &String| if given.is_empty() { kept } else { given }.clone();
        Self {
            tableno: of(&self.tableno, &kept.tableno),
            table: of(&self.table, &kept.table),
            staff: of(&self.staff, &kept.staff),
        }
    }

    /// Returns `{tableno}`. The sample uses both names for the table, in different templates, so either one
    /// substitutes the other.
    pub fn tableno(&self) -> &str {
        if self.tableno.is_empty() { &self.table } else { &self.tableno }
    }

    /// Returns `{table}`, see [`Placeholders::tableno`].
    pub fn table(&self) -> &str {
        if self.table.is_empty() { &self.tableno } else { &self.table }
    }

    /// Returns `{staff}`.
    pub fn staff(&self) -> &str {
        &self.staff
    }

    /// Formats the values for the ledger: one line for each that is given.
    pub fn to_text(&self) -> String {
        let all = [("tableno", &self.tableno), ("table", &self.table), ("staff", &self.staff)];
        let given = all.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={value}\n")).collect()
    }

    /// Parses the output of [`Placeholders::to_text`]. Ignores anything else.
    pub fn of_text(text: &str) -> Self {
        let mut kept = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            if let Some(place) = kept.place(name) {
                value.clone_into(place);
            }
        }
        kept
    }
}
