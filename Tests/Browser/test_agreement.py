"""How far both sides agree, and the button that brings the rest into step; and a backup that is put back."""

import shutil
import subprocess

from conftest import TOKEN, connect, eventually, pull, set_up


def compare(house, page):
    page.goto(f"{house.url}/integrations/1/agreement")
    page.get_by_role("button", name="Compare everything").click()
    page.get_by_role("button", name="Compare everything").and_(page.locator(":enabled")).wait_for()


def test_what_does_not_agree_is_shown_and_healed(house, page):
    epics = [house.add("Epic", f"Portal {number}", Microsoft__VSTS__Scheduling__Effort=number) for number in range(1, 4)]
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    page.goto(f"{house.url}/integrations/1/agreement")
    assert "Nothing has been compared yet" in page.locator("#agreement").inner_text()
    compare(house, page)
    page.get_by_text("Everything agrees.").wait_for()
    assert "100 %" in page.locator(".score").inner_text()

    house.simulate("POST", "hooks", {"dropsEvery": 1})
    house.edit(epics[0], {"System.Title": "Unheard"})
    compare(house, page)
    row = page.locator("#disagreements tbody tr")
    row.wait_for()
    words = row.inner_text()
    assert "Portal 1" in words and "Unheard" in words and "Name" in words and f"#{epics[0]}" in words
    assert "100 %" not in page.locator(".score").inner_text()
    page.get_by_role("button", name="Bring 1 into step").click()
    page.get_by_text("looked at again now").wait_for()
    eventually(lambda: "Unheard" in (page.goto(f"{house.url}/initiatives"), page.content())[1], "the edit arrived")
    compare(house, page)
    page.get_by_text("Everything agrees.").wait_for()
    page.goto(f"{house.url}/integrations/1")
    assert "100 %" in page.locator(".score").inner_text(), "the page of the project says so, too"


def test_a_backup_is_put_back_with_everything_paused(house, page, tmp_path):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    backup = tmp_path / "backup.sqlite"
    assert house.run("backup", str(backup)).returncode == 0
    assert "Stop it first" in house.run("restore", str(backup), "--replace").stderr
    house.edit(epic, {"System.Title": "Since then"})
    eventually(lambda: "Since then" in (page.goto(f"{house.url}/initiatives"), page.content())[1], "the edit arrived")
    house.server.stop()
    key = house.folder / "kiplot.sqlite.key"
    shutil.move(key, tmp_path / "key")
    done = subprocess.run(house.command("serve"), capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "is missing" in done.stderr and not key.exists(), "no key is made for secrets of another"
    key.write_text("0" * 64)
    done = subprocess.run(house.command("serve"), capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "under another key" in done.stderr
    shutil.move(tmp_path / "key", key)
    done = house.run("restore", str(backup), "--replace")
    assert done.returncode == 0 and "1 are paused" in done.stdout, done.stdout + done.stderr
    house.start()
    page.goto(f"{house.url}/initiatives")
    assert "Since then" not in page.content()
    page.goto(f"{house.url}/integrations/1")
    page.get_by_role("button", name="Resume").click()
    eventually(lambda: "Since then" in (page.goto(f"{house.url}/initiatives"), page.content())[1], "what happened since is read")
    assert house.fields(epic)["System.Title"] == "Since then" and house.revision(epic) == 2


def test_a_lost_key_is_no_lock_out(house, page):
    epic = house.add("Epic", "Portal")
    set_up(house, page)
    connect(house, page)
    pull(house, page)
    house.server.stop()
    (house.folder / "kiplot.sqlite.key").unlink()
    assert "Add --yes" in house.run("forget-secrets").stderr
    done = house.run("forget-secrets", "--yes")
    assert done.returncode == 0, done.stderr
    house.start()
    page.goto(f"{house.url}/instances/1")
    page.get_by_label("New token for Default").fill(TOKEN)
    page.get_by_role("button", name="Replace the token").click()
    house.edit(epic, {"System.Title": "Since then"})
    eventually(lambda: "Since then" in (page.goto(f"{house.url}/initiatives"), page.content())[1], "both sides go on", 60)
    # Hooks with secrets of their own take the place of those that nobody can open.
    eventually(lambda: "tells us of changes at once" in (page.goto(f"{house.url}/integrations/1"), page.content())[1], "hooks are there", 60)
