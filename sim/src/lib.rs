//! A world of tills, a platform and faults, searched for violations of the money rules.
