//! Columns by name, in SQL that is assembled at compile time: each column is written next to its value, or to
//! the field that is read from it.

use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::non_empty::NonEmpty;

/// A column of a query.
pub trait Column {
    /// The index of the column in the row.
    fn place(self) -> usize;
}

/// Reads a row. The first error is kept until the end, so that reading a column needs no error path of its
/// own.
pub struct Reader<'a, 'r> {
    row: &'a Row<'r>,
    failed: Option<rusqlite::Error>,
}

impl<'a, 'r> Reader<'a, 'r> {
    /// Creates a reader of this row.
    pub const fn of(row: &'a Row<'r>) -> Self {
        Self { row, failed: None }
    }

    /// Reads the value of a column.
    pub fn get<T: FromSql + Default>(&mut self, column: impl Column) -> T {
        self.at(column.place())
    }

    /// Reads a text that may be missing: its column is then empty.
    pub fn text(&mut self, column: impl Column) -> Option<NonEmpty> {
        NonEmpty::of(self.get::<String>(column))
    }

    #[inline(never)]
    fn at<T: FromSql + Default>(&mut self, place: usize) -> T {
        self.row.get(place).unwrap_or_else(|error| {
            self.failed.get_or_insert(error);
            T::default()
        })
    }

    /// Returns what was read, or the first error.
    pub fn end<T>(self, read: T) -> rusqlite::Result<T> {
        self.failed.map_or(Ok(read), Err)
    }
}

/// Joins names into an SQL list.
macro_rules! list {
    ($first:ident $(, $rest:ident)*) => { concat!(stringify!($first) $(, ", ", stringify!($rest))*) };
}

/// Declares the columns that are read of a table: their `SELECT`, and the index of each in it.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident of $table:literal { $($column:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        enum $name { $($column),+ }

        impl $name {
            const SELECT: &str = concat!("SELECT ", list!($($column),+), " FROM ", $table);
        }

        impl crate::till::ledger::columns::Column for $name {
            fn place(self) -> usize {
                self as usize
            }
        }
    };
}

/// Inserts a row; returns the number of rows inserted.
macro_rules! insert {
    (
        $connection:expr, $into:literal,
        { $first:ident: $value:expr $(, $column:ident: $other:expr)* $(,)? }
    ) => {
        $connection
            .prepare_cached(concat!(
                $into, " (", list!($first $(, $column)*), ") VALUES (?" $(, insert!(@another $column))*, ")"
            ))?
            .execute(rusqlite::params![$value $(, $other)*])
    };
    (@another $column:ident) => { ", ?" };
}

/// Updates rows; returns the number of rows changed. A column is set to its value, or by the SQL written next
/// to it.
macro_rules! update {
    (
        $connection:expr, $table:literal,
        {
            $first:ident $(= $sql:literal)?: $value:expr
            $(, $column:ident $(= $column_sql:literal)?: $other:expr)* $(,)?
        },
        $condition:literal, [$($of:expr),+]
    ) => {
        $connection
            .prepare_cached(concat!(
                "UPDATE ", $table, " SET ", update!(@set $first $($sql)?)
                $(, ", ", update!(@set $column $($column_sql)?))*, " ", $condition
            ))?
            .execute(rusqlite::params![$value $(, $other)*, $($of),+])
    };
    (@set $column:ident) => { concat!(stringify!($column), " = ?") };
    (@set $column:ident $sql:literal) => { concat!(stringify!($column), " = ", $sql) };
}
