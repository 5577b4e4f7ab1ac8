//! Where the stages of a sign-off stand, in words.

use access::view::{StageView, Standing};

use super::people::{any_of, name};

/// `1 of 2 in leads`, `Then 1 in heads`.
pub fn head(stage: &StageView) -> String {
    let mut text = match stage.standing {
        Standing::Later => format!("Then {}", stage.n),
        Standing::Done | Standing::Waits | Standing::Over => {
            format!("{} of {}", stage.counted, stage.n)
        }
    };
    if stage.groups.is_empty() {
        text.push_str(" of those whom the policy names");
    } else {
        text.push_str(" in ");
        text.push_str(&any_of(&stage.groups));
    }
    if stage.distinct_groups {
        text.push_str(", each for another group");
    }
    text
}

/// Who is asked now, and who of them has looked; nothing where nobody is asked.
pub fn asked(stage: &StageView) -> Option<String> {
    if stage.standing != Standing::Waits {
        return None;
    }
    if stage.asked.is_empty() {
        return Some("Nobody of them has ever signed in here.".into());
    }
    let people: Vec<_> = stage
        .asked
        .iter()
        .map(|person| {
            let looked = stage.looked.contains(&person.id);
            format!(
                "{}{}",
                name(person),
                if looked { " (has looked)" } else { "" }
            )
        })
        .collect();
    Some(format!("Asked: {}", people.join(", ")))
}

#[cfg(test)]
mod tests {
    use access::ids::PersonId;
    use access::view::PersonView;
    use uuid::Uuid;

    use super::*;

    fn stage(standing: Standing) -> StageView {
        let person = |n: u128, name: &str| PersonView {
            id: PersonId::new(Uuid::from_u128(n)),
            name: Some(name.into()),
        };
        StageView {
            n: 2,
            counted: 1,
            standing,
            distinct_groups: true,
            groups: ["leads", "security"]
                .iter()
                .filter_map(|group| group.parse().ok())
                .collect(),
            asked: vec![person(1, "Sam"), person(2, "Ari")],
            looked: vec![PersonId::new(Uuid::from_u128(2))],
            next: None,
        }
    }

    #[test]
    fn a_stage_says_how_many_are_missing_and_who_is_asked() {
        let waits = stage(Standing::Waits);
        assert_eq!(
            head(&waits),
            "1 of 2 in leads or security, each for another group"
        );
        assert_eq!(
            asked(&waits).as_deref(),
            Some("Asked: Sam, Ari (has looked)")
        );
        // What is over goes on to nobody.
        let over = stage(Standing::Over);
        assert!(head(&over).starts_with("1 of 2 in leads"));
        assert_eq!(asked(&over), None);
        let later = stage(Standing::Later);
        assert!(head(&later).starts_with("Then 2 in leads"));
        assert_eq!(asked(&later), None);
    }

    #[test]
    fn a_stage_that_nobody_known_can_fill_says_so() {
        let empty = StageView {
            asked: Vec::new(),
            ..stage(Standing::Waits)
        };
        assert!(asked(&empty).is_some_and(|text| text.contains("Nobody")));
    }
}
