//! Making open access longer.

use super::evaluate::{First, covered, eligible, in_window};
use super::sign_off::fresh;
use super::{Act, actor, ensure, grant, list, moment, one_of, request};
use crate::event::{Mode, Proof};
use crate::ids::{GrantId, GroupName, RequestId};
use crate::policy::Extend;
use crate::refusal::Rule;
use crate::state::{Grant, Request};
use crate::time::UnixMillis;
use crate::violation::{Broken, Checked};

/// What the policy says of extensions, if this grant can have one more.
fn allowed(act: Act<'_>, id: GrantId) -> Checked<(&Grant, &Request, &Extend)> {
    let (grant, asked) = act.grant(id)?;
    grant::active(grant)?;
    grant::before_end(act, grant)?;
    let policy = act.same_policy(asked)?;
    let extend = policy.duration.extend.as_ref();
    let Some(extend) = extend.filter(|_| asked.mode == Mode::Ordinary) else {
        let expected = "access that its policy lets be made longer";
        return Err(Broken::new(
            Rule::ExtensionOff,
            expected,
            asked.policy.policy.name.to_string(),
        ));
    };
    covered(act, policy, &asked.resource, &mut First)?;
    in_window(policy, act.now, &mut First)?;
    ensure(grant.extensions < extend.times, || {
        let expected = format!("at most {} extensions", extend.times);
        Broken::new(
            Rule::ExtendedTooOften,
            expected,
            format!("{} before", grant.extensions),
        )
    })?;
    Ok((grant, asked, extend))
}

/// Where an approver has to say yes, its holder asks; once at a time, and not after a no, which another approver's
/// yes does not outweigh.
pub(super) fn asked(act: Act<'_>, id: GrantId) -> Checked {
    let (person, groups) = actor::person(act)?;
    request::by_requester(act.grant(id)?.1, person)?;
    let (grant, asked, extend) = allowed(act, id)?;
    eligible(&asked.policy.policy, groups, &mut First)?;
    ensure(extend.approval, || {
        let expected = "an extension that needs an approver";
        Broken::new(Rule::WrongState, expected, "one that its holder makes")
    })?;
    ensure(!grant.extension_denied, || {
        let expected = "no extension that was denied before";
        Broken::new(Rule::ExtensionDenied, expected, "one that was")
    })?;
    ensure(grant.extension_asked.is_none(), || {
        Broken::new(Rule::WrongState, "no extension that waits", "one that does")
    })
}

pub(super) fn denied(act: Act<'_>, id: GrantId) -> Checked {
    let (grant, asked) = act.grant(id)?;
    approver(act, grant, asked)?;
    waits(grant).map(drop)
}

pub(super) fn extended(
    act: Act<'_>,
    (id, of): (GrantId, RequestId),
    expires_at_ms: UnixMillis,
    proof: Option<Proof>,
) -> Checked {
    let (person, groups) = actor::person(act)?;
    concerned(act, id)?;
    let (grant, asked, extend) = allowed(act, id)?;
    ensure(asked.id == of, || {
        let expected = format!("its request, {}", asked.id);
        Broken::new(Rule::UnknownRequest, expected, of.to_string())
    })?;
    if extend.approval {
        let since = waits(grant)?;
        approver(act, grant, asked)?;
        let Some(proof) = proof else {
            let expected = "a proof of identity made for it";
            return Err(Broken::new(Rule::StaleProof, expected, "none"));
        };
        fresh(act.now, since, proof.auth_time_s)?;
    } else {
        request::by_requester(asked, person)?;
        eligible(&asked.policy.policy, groups, &mut First)?;
    }
    let expires_at = grant.expires_at.plus_seconds(extend.by_s);
    ensure(expires_at_ms == expires_at, || {
        Broken::new(Rule::ExpiryTime, moment(expires_at), moment(expires_at_ms))
    })
}

/// Its holder, and those who may sign off. Others are not told how it stands.
fn concerned(act: Act<'_>, id: GrantId) -> Checked {
    let (person, groups) = actor::person(act)?;
    let (_, asked) = act.grant(id)?;
    let policy = &asked.policy.policy;
    let extend = policy.duration.extend.as_ref();
    let by_approver = extend.is_some_and(|extend| extend.approval);
    if asked.requester == person || policy.approval.may_ask(person, groups) {
        return Ok(());
    }
    let (rule, expected) = match by_approver {
        true => (Rule::NotApprover, "an approver"),
        false => (Rule::NotRequester, "the requester"),
    };
    Err(Broken::new(rule, expected, person.to_string()))
}

fn waits(grant: &Grant) -> Checked<UnixMillis> {
    grant.extension_asked.ok_or_else(|| {
        Broken::new(
            Rule::WrongState,
            "an extension that waits",
            "none that does",
        )
    })
}

/// Whoever may sign off under the policy, and is not the holder.
fn approver(act: Act<'_>, grant: &Grant, asked: &Request) -> Checked {
    let (person, groups) = actor::person(act)?;
    ensure(!act.state.same(person, grant.holder), || {
        Broken::new(
            Rule::SelfApproval,
            "anybody but the holder",
            person.to_string(),
        )
    })?;
    let approval = &act.same_policy(asked)?.approval;
    ensure(approval.may_ask(person, groups), || {
        let wanted: Vec<GroupName> = approval.groups().into_iter().cloned().collect();
        Broken::new(Rule::NotApprover, one_of(&wanted), list(groups))
    })
}
