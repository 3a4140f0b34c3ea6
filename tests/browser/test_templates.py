"""The library in a real browser: a campaign from a template by keyboard, on a wide page and on a narrow one."""
import pytest

from campaigns.models import Campaign


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_a_campaign_is_made_of_a_template_by_keyboard(scene, visit, theme, width):
    page = visit(theme, width)
    page.goto("/dune/templates/")
    page.get_by_role("link", name="Keep-up processing").focus()
    page.keyboard.press("Enter")
    page.get_by_label("name", exact=True).fill("fresh")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make fresh").focus()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dune/campaigns/*/")
    assert page.get_by_role("heading", name="fresh", level=1).is_visible()
    assert Campaign.objects.filter(name="fresh").count() == 1
    assert page.complaints == []
