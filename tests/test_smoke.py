from tests.support import builders
def test_it(world):
    world.handle(builders.flag(world.now))
    print(world.items("case"))
    print(world.faults.passed, world.failures)
    assert 0
