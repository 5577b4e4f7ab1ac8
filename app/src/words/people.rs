//! People and groups in words.

use access::view::PersonView;

/// The name, or what stands in its place once it was erased.
pub fn name(person: &PersonView) -> String {
    match &person.name {
        Some(name) => name.clone(),
        None => {
            let id = person.id.to_string();
            format!("person {}", id.get(..8).unwrap_or(&id))
        }
    }
}

/// `leads`, `leads or security`, `leads, security or reviewers`.
pub fn any_of<G: ToString>(groups: &[G]) -> String {
    match groups {
        [] => "nobody".into(),
        [one] => one.to_string(),
        [init @ .., last] => {
            let init: Vec<_> = init.iter().map(ToString::to_string).collect();
            format!("{} or {}", init.join(", "), last.to_string())
        }
    }
}

/// `1 person`, `2 people`.
pub fn count(n: u32) -> String {
    if n == 1 {
        "1 person".into()
    } else {
        format!("{n} people")
    }
}

#[cfg(test)]
mod tests {
    use access::ids::GroupName;

    use super::*;

    #[test]
    fn groups_read_as_a_sentence() {
        let groups: Vec<GroupName> = ["leads", "security", "reviewers"]
            .iter()
            .filter_map(|g| g.parse().ok())
            .collect();
        assert_eq!(any_of(&groups[..1]), "leads");
        assert_eq!(any_of(&groups[..2]), "leads or security");
        assert_eq!(any_of(&groups), "leads, security or reviewers");
    }
}
