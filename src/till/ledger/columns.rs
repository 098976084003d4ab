//! Columns by their names, in SQL that is put together at compile time: each column stands beside its value,
//! or beside the field that is read from it.

use rusqlite::Row;
use rusqlite::types::FromSql;

/// A column that was asked for.
pub trait Column {
    /// Where it stands in the row.
    fn place(self) -> usize;
}

/// Reads a row. What cannot be read is told at the end, so that not
/// each of many columns has a way out of its own.
pub struct Reader<'a, 'r> {
    row: &'a Row<'r>,
    failed: Option<rusqlite::Error>,
}

impl<'a, 'r> Reader<'a, 'r> {
    /// Of this row.
    pub const fn of(row: &'a Row<'r>) -> Self {
        Self { row, failed: None }
    }

    /// The value of a column.
    pub fn get<T: FromSql + Default>(&mut self, column: impl Column) -> T {
        self.at(column.place())
    }

    #[inline(never)]
    fn at<T: FromSql + Default>(&mut self, place: usize) -> T {
        self.row.get(place).unwrap_or_else(|error| {
            self.failed.get_or_insert(error);
            T::default()
        })
    }

    /// What was read, if all of it could be.
    pub fn end<T>(self, read: T) -> rusqlite::Result<T> {
        self.failed.map_or(Ok(read), Err)
    }
}

/// Names as SQL lists them.
macro_rules! list {
    ($first:ident $(, $rest:ident)*) => { concat!(stringify!($first) $(, ", ", stringify!($rest))*) };
}

/// The columns that a row of a table is read from: their `SELECT`, and the place of each in it.
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

/// Inserts a row; gives how many were.
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

/// Changes rows; gives how many were. A column gets its value as it is, or by the SQL that stands beside it.
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
