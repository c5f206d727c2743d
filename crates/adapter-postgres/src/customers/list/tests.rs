use chrono::Utc;
use customers_domain::CustomerId;

use super::*;

fn time(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap()
}

fn id(text: &str) -> Uuid {
    Uuid::parse_str(text).unwrap()
}

#[test]
fn a_time_divides_the_ids_before_it_from_those_of_its_own_millisecond() {
    let lowest = lowest_id(time(1_758_531_669_000));
    assert!(id("0199708b-1986-7fff-bfff-ffffffffffff") < lowest || lowest == Uuid::nil());
    assert_eq!(lowest.as_u128() >> 80, 1_758_531_669_000);
    assert_eq!(lowest.as_u128() << 48, 0);
    assert!(lowest < lowest_id(time(1_758_531_669_001)));
}

#[test]
fn times_that_no_id_can_carry_lie_before_or_behind_all_ids() {
    assert_eq!(lowest_id(time(-1)), Uuid::nil());
    assert_eq!(lowest_id(time(1 << 48)), Uuid::max());
    assert_eq!(lowest_id(DateTime::<Utc>::MIN_UTC), Uuid::nil());
    assert_eq!(lowest_id(DateTime::<Utc>::MAX_UTC), Uuid::max());
}

#[test]
fn a_page_begins_below_the_one_before_or_below_the_times_end_whichever_is_lower() {
    let after = id("01997089-0000-7000-8000-000000000000");
    let mut query = ListQuery {
        after: Some(CustomerId::from_uuid(after)),
        ..ListQuery::default()
    };
    assert_eq!(IdRange::of(&query).before, after);
    query.filter.created_before = Some(time(1));
    assert_eq!(IdRange::of(&query).before, lowest_id(time(1)));
    query.filter.created_before = Some(DateTime::<Utc>::MAX_UTC);
    assert_eq!(IdRange::of(&query).before, after);
    assert_eq!(IdRange::of(&query).from, Uuid::nil());
}

#[test]
fn a_range_within_a_millisecond_holds_the_ids_of_that_millisecond() {
    let mut query = ListQuery::default();
    let at = |microseconds| Some(time(5) + TimeDelta::microseconds(microseconds));
    (query.filter.created_from, query.filter.created_before) = (at(1), at(2));
    let expected = IdRange {
        from: lowest_id(time(5)),
        before: lowest_id(time(6)),
    };
    assert_eq!(IdRange::of(&query), expected);
    query.filter.created_before = at(0);
    assert_eq!(IdRange::of(&query).before, lowest_id(time(5)));
}

#[test]
fn a_status_that_is_asked_for_twice_is_read_once() {
    let filter = CustomerFilter {
        statuses: vec![CustomerStatus::Active, CustomerStatus::Active],
        ..CustomerFilter::default()
    };
    assert_eq!(statuses(&filter), [4]);
    assert_eq!(statuses(&CustomerFilter::default()).len(), 7);
    assert_eq!(types(&filter), [1, 2]);
}

#[test]
fn oldest_first_a_page_begins_above_the_one_before_or_at_the_times_start_whichever_is_higher() {
    let after = id("01997089-0000-7000-8000-000000000000");
    let mut query = ListQuery {
        order: ListOrder::OldestFirst,
        after: Some(CustomerId::from_uuid(after)),
        ..ListQuery::default()
    };
    assert_eq!(IdRange::of(&query).from, next_id(after));
    assert_eq!(IdRange::of(&query).before, Uuid::max());
    query.filter.created_from = Some(time(1));
    assert_eq!(IdRange::of(&query).from, next_id(after));
    query.filter.created_from = Some(time(1 << 47));
    assert_eq!(IdRange::of(&query).from, lowest_id(time(1 << 47)));
}
