//! Columns by their names, in SQL that is put together at compile time: each column stands beside its value, or beside the field
//! that is read from it.

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

            fn of<T: rusqlite::types::FromSql>(self, row: &rusqlite::Row<'_>) -> rusqlite::Result<T> {
                row.get(self as usize)
            }

            fn text<'r>(self, row: &'r rusqlite::Row<'_>) -> rusqlite::Result<&'r str> {
                Ok(row.get_ref(self as usize)?.as_str()?)
            }

            fn word<T>(
                self,
                row: &rusqlite::Row<'_>,
                read: impl Fn(&str) -> Option<T>,
            ) -> rusqlite::Result<T> {
                let word = self.text(row)?;
                read(word).ok_or_else(|| unknown_word(word))
            }
        }
    };
}

/// Inserts a row; gives how many were.
macro_rules! insert {
    ($connection:expr, $into:literal, { $first:ident: $value:expr $(, $column:ident: $other:expr)* $(,)? }) => {
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
    ($connection:expr, $table:literal, { $first:ident $(= $sql:literal)?: $value:expr
        $(, $column:ident $(= $column_sql:literal)?: $other:expr)* $(,)? }, $condition:literal, [$($of:expr),+]) => {
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
